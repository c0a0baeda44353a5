// Options of check-server-url.
export const options = {
  url: {
    type: 'string',
    positional: true,
    example: 'http://localhost:8080/',
    description:
      'what to reach: `http`, `https`, `tcp`, `unix`, `http+unix`, `grpc` or `drpc` URL, or the path of a socket',
  },
  endpoint: { type: 'string', description: 'path below `address`, or the whole URL' },
  address: { type: 'string', description: '`host:port`, or the path of a Unix socket with `network: unix`' },
  network: { type: 'string', choices: ['tcp', 'unix'], default: 'tcp', description: 'kind of `address`' },
  plaintext: { type: 'boolean', description: 'speak HTTP instead of HTTPS to `address`' },
  method: { type: 'string', choices: ['GET', 'HEAD'], default: 'GET', description: 'HTTP method' },
  status: { type: 'strings', description: 'expected HTTP status: `204`, `2xx` or `200-299`; 2xx when absent' },
  'body-contains': { type: 'strings', description: 'text that the first MiB of the answer must contain' },
  redirects: { type: 'integer', min: 0, max: 20, default: 5, description: 'redirects that are followed' },
  timeout: { type: 'duration', default: '8s', description: 'how long everything together may take' },
  'warn-after': { type: 'duration', description: 'warn when the answer took longer' },
  'crit-after': { type: 'duration', description: 'fail when the answer took longer' },
  insecure: { type: 'boolean', description: 'accept any TLS certificate; the result says so' },
  'ca-file': { type: 'string', description: 'PEM file of the authorities to trust instead of the usual ones' },
  'server-name': { type: 'string', description: 'name that the TLS certificate must be for, when not the host' },
  'certificate-days': {
    type: 'integer',
    min: 1,
    max: 36_500,
    description: 'warn when the TLS certificate ends within so many days',
  },
} as const
