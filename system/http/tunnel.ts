// A tunnel through a proxy (CONNECT), and what a proxy's refusal means.
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { shownDuration } from '../../schemas/shown-duration.ts'
import { MAX_HEADER_BYTES } from './limits.ts'
import type { ProxyServer } from './proxy.ts'
import { refusedByProxy } from './proxy-refusal.ts'

/** `carrier` is a connection to the proxy; throws FETCH_REFUSED or FETCH_FAILED, which name the proxy. */
export async function openTunnel(
  carrier: Socket,
  proxy: ProxyServer,
  destination: string,
  timeoutMs: number,
): Promise<Socket> {
  const request = process.getBuiltinModule('node:http').request({
    method: 'CONNECT',
    path: destination,
    createConnection: () => carrier,
    headers: {
      host: destination,
      'user-agent': 'octo',
      ...(proxy.authorization ? { 'proxy-authorization': proxy.authorization } : {}),
    },
    maxHeaderSize: MAX_HEADER_BYTES,
  })
  const timer = setTimeout(() => request.destroy(silent(proxy, timeoutMs)), timeoutMs)
  try {
    const answer = await answerOf(request)
    if (answer.statusCode === 200) return carrier
    throw refusedByProxy(proxy, answer, destination)
  } catch (error) {
    carrier.destroy()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

function answerOf(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('connect', (answer: IncomingMessage, socket: Socket, head: Buffer) => {
      // What came with the answer belongs to the tunnel.
      if (head.length > 0) socket.unshift(head)
      resolve(answer)
    })
    request.once('response', resolve)
    request.once('error', reject)
    request.end()
  })
}

function silent(proxy: ProxyServer, timeoutMs: number): Error {
  return coded('FETCH_FAILED', {
    message: `the proxy ${quote(proxy.shown)} of ${proxy.variable} gave no answer within ${shownDuration(timeoutMs)}`,
    details: { proxy: proxy.shown, variable: proxy.variable },
  })
}
