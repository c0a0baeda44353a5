// TLS before HTTP/2: the certificate as the sdk has it, and a server that agrees to speak HTTP/2.
import type { Socket } from 'node:net'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import { connectionReason, describeTlsError } from '../../sdk/index.ts'
import { RpcFailure } from '../rpc-health/failure.ts'

const HTTP2 = 'h2'

/** Rejects with an RpcFailure, or with the error of the handshake. The socket below goes when the time is up, and so does this one. */
export async function secure(socket: Socket, options: ConnectionOptions): Promise<TLSSocket> {
  // Loaded when needed, without waking the module loader: that takes as long as the rest of a run.
  const { connect } = process.getBuiltinModule('node:tls')
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const tls = connect({ ...options, socket, ALPNProtocols: [HTTP2] })
  tls.once('secureConnect', resolve)
  tls.on('error', reject)
  socket.once('close', () => reject(new RpcFailure('CLOSED', 'closed during the TLS handshake')))
  try {
    await promise
  } catch (error) {
    throw isRefusedProtocol(error) ? noHttp2('refuses it') : error
  }
  if (tls.alpnProtocol !== HTTP2) throw noHttp2('agrees to no protocol')
  return tls
}

export function describeHandshake(error: unknown): string {
  const isHandshake = connectionReason((error as NodeJS.ErrnoException).code)?.kind === 'handshake'
  return `${describeTlsError(error)}${isHandshake ? '; if it speaks without, say `grpc://` or `--plaintext`' : ''}`
}

function isRefusedProtocol(error: unknown): boolean {
  return /NO_APPLICATION_PROTOCOL/.test(String((error as NodeJS.ErrnoException).code))
}

function noHttp2(what: string): RpcFailure {
  return new RpcFailure('NO_HTTP2', `speaks TLS but no HTTP/2: offered \`h2\` (ALPN), it ${what}`)
}
