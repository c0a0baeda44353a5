// Options of check-grpc.
import { limitOptions, placeOptions } from '../rpc-health/options.ts'

export const options = {
  url: {
    type: 'string',
    positional: true,
    example: 'grpc://localhost:9000',
    description: '`grpc://host:port`, `grpcs://…` with TLS, or `unix:///path`; without a scheme as `grpc://`',
  },
  ...placeOptions,
  plaintext: { type: 'boolean', description: 'speak without TLS to `address`; a Unix socket needs no such word' },
  endpoint: {
    type: 'string',
    description: 'method to call, `/package.Service/Method`; /grpc.health.v1.Health/Check when empty',
  },
  service: { type: 'string', description: 'service to ask about; the whole server when absent' },
  ...limitOptions,
  insecure: { type: 'boolean', description: 'accept any TLS certificate; the result says so' },
  'ca-file': { type: 'string', description: 'PEM file of the authorities to trust instead of the usual ones' },
  'server-name': { type: 'string', description: 'name that the TLS certificate must be for, when not the host' },
} as const
