// Options of smtp.
export const options = {
  server: { type: 'string', required: true, description: 'host name or address of the mail server' },
  port: {
    type: 'integer',
    min: 1,
    max: 65_535,
    description: 'its port; when absent 587, with `tls: implicit` 465, with `tls: none` 25',
  },
  tls: {
    type: 'string',
    choices: ['starttls', 'implicit', 'none'],
    description:
      '`starttls`, or `implicit` at port 465, when absent. `none` sends in the clear, and a password only to this machine',
  },
  username: { type: 'string', description: 'who logs in; nobody when absent' },
  user: { type: 'string', description: 'the same as `username`' },
  password: { type: 'string', secret: true, description: 'the password of `username`' },
  from: { type: 'string', required: true, description: 'sender: `ops@example.com` or `Ops <ops@example.com>`' },
  to: { type: 'strings', required: true, description: 'receivers, each like `from`' },
  hello: { type: 'string', description: 'name of this machine for the server; its address when absent' },
  'server-name': { type: 'string', description: 'name that the TLS certificate must be for, when not `server`' },
  'ca-file': { type: 'string', description: 'PEM file of the authorities to trust instead of the usual ones' },
  timeout: { type: 'duration', default: '10s', description: 'how long the server may take for each answer' },
} as const
