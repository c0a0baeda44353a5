// After an answer that came before the request's body did: reads on for a moment, so that the client gets to see the answer
// instead of a reset, then cuts the connection, so that a client that stopped sending, or never stops, cannot hold it or a shutdown.
// Asked of every request before anything answers it, as a body may come with any method to any address.
import type { IncomingMessage, ServerResponse } from 'node:http'

const LINGER_MS = 1000

export function finishUnread(request: IncomingMessage, response: ServerResponse): void {
  if (!announcesBody(request)) return
  response.once('finish', () => {
    if (request.complete) return
    const { socket } = request
    const cut = setTimeout(() => socket.destroy(), LINGER_MS)
    request.once('close', () => clearTimeout(cut))
    request.resume()
  })
}

/** Most requests are reads without one, and have to cost nothing. */
function announcesBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
}
