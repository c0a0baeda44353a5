// Options of vault-client. They are called as in Vault's own words, with `_`.
export const options = {
  address: {
    type: 'string',
    required: true,
    description: 'the server: `https://vault.example.com:8200`, or `unix:///run/agent.sock` of an agent',
  },
  path: { type: 'string', required: true, description: 'what to read: `secret/api`, `database/creds/api`' },
  keys: { type: 'strings', description: 'only these of the secrets; all when absent' },
  kv: { type: 'string', choices: ['auto', '1', '2'], default: 'auto', description: 'version of the key-value store' },
  mount: { type: 'string', description: 'where the key-value store is mounted; its first part of `path` when absent' },
  version: { type: 'integer', min: 1, description: 'version of the secrets; the newest when absent' },
  namespace: { type: 'string', description: 'namespace of the server' },
  auth_method: {
    type: 'string',
    choices: ['token', 'approle', 'userpass', 'kubernetes'],
    default: 'token',
    description: 'how to log in',
  },
  auth_mount: { type: 'string', description: 'where the login is mounted; the name of `auth_method` when absent' },
  token: { type: 'string', secret: true, description: 'for `token`' },
  token_file: { type: 'string', description: 'for `token`: the file that holds it' },
  role_id: { type: 'string', description: 'for `approle`' },
  secret_id: { type: 'string', secret: true, description: 'for `approle`' },
  username: { type: 'string', description: 'for `userpass`' },
  password: { type: 'string', secret: true, description: 'for `userpass`' },
  role: { type: 'string', description: 'for `kubernetes`' },
  jwt_file: {
    type: 'string',
    default: '/var/run/secrets/kubernetes.io/serviceaccount/token',
    description: 'for `kubernetes`: the file of the token of the service account',
  },
  wrapped: {
    type: 'boolean',
    description: '`token` or `secret_id` is a wrapping token, which can be opened once',
  },
  ca_file: { type: 'string', description: 'PEM file of the authorities to trust instead of the usual ones' },
  server_name: { type: 'string', description: 'name that the TLS certificate must be for, when not that of `address`' },
  plaintext: {
    type: 'boolean',
    description: 'let an `http` address be on another machine: everything is sent in the clear',
  },
  timeout: { type: 'duration', default: '10s', description: 'how long the server may take for each answer' },
} as const
