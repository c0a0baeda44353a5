// Options that check-grpc and check-orbdrpc share: where the server is, as each generation of configs says it, and limits.
export const placeOptions = {
  address: { type: 'string', description: '`host:port`, or the path of a Unix socket' },
  listen: { type: 'string', description: 'another word for `address`, as a service calls where it listens' },
  network: {
    type: 'string',
    choices: ['tcp', 'tcp4', 'tcp6', 'unix'],
    description: 'kind of `address`; `unix` for a path and else `tcp` when absent',
  },
} as const

export const limitOptions = {
  timeout: { type: 'duration', default: '8s', description: 'how long everything together may take' },
  'warn-after': { type: 'duration', description: 'warn when the answer took longer' },
  'crit-after': { type: 'duration', description: 'fail when the answer took longer' },
} as const
