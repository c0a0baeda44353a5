// Which server is asked, and whether with TLS: what a URL says, else what the options say.
import type { ConnectionOptions } from 'node:tls'
import type { OptionValues } from '../../sdk/index.ts'
import { invalidOptions, renderEndpoint, tlsOptions } from '../../sdk/index.ts'
import type { Schemes, Security, Target } from '../rpc-health/target.ts'
import { targetOf } from '../rpc-health/target.ts'
import type { options } from './options.ts'

type GrpcOptions = OptionValues<typeof options>

export type Place = {
  readonly target: Target
  /** The name that HTTP calls the server by. */
  readonly authority: string
  /** Undefined: without TLS. */
  readonly tls: ConnectionOptions | undefined
}

const SCHEMES: Schemes = {
  grpc: { kind: 'tcp', security: 'plain', port: 80 },
  grpcs: { kind: 'tcp', security: 'tls', port: 443 },
  unix: { kind: 'unix' },
  tcp: { kind: 'tcp', security: 'plain' },
  http: { kind: 'tcp', security: 'plain', port: 80 },
  https: { kind: 'tcp', security: 'tls', port: 443 },
  'unix+grpc': { kind: 'unix', security: 'plain' },
  'grpc+unix': { kind: 'unix', security: 'plain' },
  'unix+grpcs': { kind: 'unix', security: 'tls' },
  'grpcs+unix': { kind: 'unix', security: 'tls' },
}

/** Throws InvalidOptions. */
export function placeOf(given: GrpcOptions): Place {
  const target = targetOf(given, SCHEMES)
  const { insecure, 'ca-file': caFile, 'server-name': serverName } = given
  const { endpoint } = target
  const host = endpoint.kind === 'tcp' ? endpoint.host : 'localhost'
  return {
    target,
    authority: serverName || (endpoint.kind === 'tcp' ? renderEndpoint(endpoint) : 'localhost'),
    tls: securityOf(target, given) === 'tls' ? tlsOptions({ insecure, caFile, serverName }, host) : undefined,
  }
}

function securityOf({ security, endpoint }: Target, given: GrpcOptions): Security {
  const { plaintext } = given
  const wanted = (['insecure', 'ca-file', 'server-name'] as const).find((name) => given[name])
  const isPlain = plaintext || security === 'plain'
  if (plaintext && security === 'tls') throw invalidOptions('the URL says TLS, expected no --plaintext')
  if (isPlain && wanted !== undefined)
    throw invalidOptions(`--${wanted} is about TLS, expected ${plaintext ? 'no --plaintext' : '`grpcs://`'} beside it`)
  if (isPlain) return 'plain'
  // A socket file does not leave the machine.
  return security ?? (endpoint.kind === 'unix' && wanted === undefined ? 'plain' : 'tls')
}
