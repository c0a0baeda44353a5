// Passes when a gRPC server says that it, or one service of it, is serving (grpc.health.v1).
import type { Socket } from 'node:net'
import type { CheckContext } from '../../sdk/index.ts'
import { defineCheck, describeConnectError, invalidOptions } from '../../sdk/index.ts'
import type { Health } from '../rpc-health/ask.ts'
import { askHealth } from '../rpc-health/ask.ts'
import { RpcFailure } from '../rpc-health/failure.ts'
import { HEALTH_METHOD, readPossibleStatus, readServingStatus, renderHealthRequest } from '../rpc-health/health.ts'
import { GrpcError, readAnswer, renderCall } from './grpc.ts'
import { exchange } from './http2/exchange.ts'
import { options } from './options.ts'
import type { Place } from './place.ts'
import { placeOf } from './place.ts'
import { describeHandshake, secure } from './secure.ts'

type Context = CheckContext<typeof options>

/** The request must fit into one frame and into the window that every connection has. */
const MAX_SERVICE_BYTES = 4096

export const check = defineCheck({
  name: 'check-grpc',
  version: '1.0.0',
  summary: 'a gRPC server says that it is serving',
  options,
  atLeastOne: ['url', 'address', 'listen'],
  run: (context) => {
    const place = placeOf(context.options)
    if (Buffer.byteLength(context.options.service ?? '') > MAX_SERVICE_BYTES)
      throw invalidOptions(`--service is longer than ${MAX_SERVICE_BYTES} bytes`)
    return askHealth({
      target: place.target,
      limits: context.options,
      signal: context.signal,
      call: (socket) => call(socket, place, context),
      describe: place.tls ? describeHandshake : describeConnectError,
    })
  },
})

async function call(socket: Socket, place: Place, { options }: Context): Promise<Health> {
  const { service } = options
  const { method } = place.target
  const request = renderCall({
    method,
    authority: place.authority,
    scheme: place.tls ? 'https' : 'http',
    timeoutMs: options.timeout,
    message: renderHealthRequest(service ?? ''),
  })
  try {
    const tls = place.tls && (await secure(socket, place.tls))
    const message = readAnswer(await exchange(tls ?? socket, request))
    const servingStatus = method === HEALTH_METHOD ? readServingStatus(message) : readPossibleStatus(message)
    return {
      servingStatus,
      ...(service ? { subject: `\`${service}\`` } : {}),
      ...(tls?.authorized === false ? { remark: 'certificate not verified' } : {}),
    }
  } catch (error) {
    if (error instanceof GrpcError) throw explained(error, method, service)
    throw place.tls ? error : perhapsTls(error)
  }
}

/** What the statuses mean that a health service is known to give; all others are told as they are. */
function explained({ status, message }: GrpcError, method: string, service: string | undefined): RpcFailure {
  const details = { grpcStatus: status, ...(message ? { grpcMessage: message } : {}) }
  const failure = (text: string) => new RpcFailure('SERVER_ERROR', text, details)
  if (status === 'NOT_FOUND' && method === HEALTH_METHOD)
    return failure(
      service
        ? `knows no service \`${service}\` (NOT_FOUND)`
        : 'registers no health of the whole server (NOT_FOUND); name a --service',
    )
  if (status === 'UNIMPLEMENTED')
    return failure(
      method === HEALTH_METHOD
        ? 'speaks gRPC, but registers no health service (UNIMPLEMENTED)'
        : `speaks gRPC, but has no method \`${method}\` (UNIMPLEMENTED)`,
    )
  return failure(`answers ${status}${message ? `: ${message}` : ''}`)
}

/** Servers with TLS say so to a stranger, or just hang up. */
function perhapsTls(error: unknown): unknown {
  if (!(error instanceof RpcFailure)) return error
  const { code, message, details } = error
  if (details.speaks === 'TLS')
    return new RpcFailure(code, `${message}; say \`grpcs://\`, or \`--address\` without \`--plaintext\``, details)
  return code === 'NO_ANSWER' ? new RpcFailure(code, `${message}; if it speaks TLS, say \`grpcs://\``) : error
}
