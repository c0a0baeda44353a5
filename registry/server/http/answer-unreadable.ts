// What Node's parser refuses never becomes a request, so the answer is written by hand; and never into an answer that is
// on its way on the same connection, where it would stand among the bytes of a file.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** Answers that are not at their end, by connection. */
const exchanges = new WeakMap<Duplex, number>()

/**
 * Keeps count of the answers under way; to be called when the request was handled. An answer that has ended by then is with
 * the socket, whole and in its order, so what is written later cannot get into it; and most are, so they must cost nothing.
 * One that waits for an earlier answer has no socket yet.
 */
export function watchExchange({ socket }: IncomingMessage, response: ServerResponse): void {
  const isWithSocket = response.writableEnded && response.socket !== null
  if (isWithSocket) return
  exchanges.set(socket, (exchanges.get(socket) ?? 0) + 1)
  response.once('close', () => exchanges.set(socket, (exchanges.get(socket) ?? 1) - 1))
}

/** Whether all that was asked was answered, and all of the answers is with the system. Not so where nothing was asked yet. */
export function isBetweenRequests(socket: Socket): boolean {
  const isAnswered = socket.bytesRead > 0 && socket.bytesWritten > 0
  return isAnswered && socket.writableLength === 0 && (exchanges.get(socket) ?? 0) === 0
}

export function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable || (exchanges.get(socket) ?? 0) > 0) {
    socket.destroy()
    return
  }
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW'
  const status = tooLarge ? '431 Request Header Fields Too Large' : '400 Bad Request'
  const body = JSON.stringify({
    type: 'about:blank',
    title: tooLarge ? 'headers too large' : 'not HTTP',
    status: Number(status.slice(0, 3)),
    detail: tooLarge ? 'the request headers are too large' : 'the request is not HTTP as we read it',
    code: tooLarge ? 'LIMIT_EXCEEDED' : 'USAGE',
    details: {},
  })
  const head = [
    ...[`HTTP/1.1 ${status}`, 'Connection: close', 'Cache-Control: no-store', 'Content-Type: application/problem+json'],
    ...[`Content-Length: ${Buffer.byteLength(body)}`, '', ''],
  ]
  socket.end(`${head.join('\r\n')}${body}`)
}
