// After an answer that came before the request's body did: reads on for a moment, so that the client gets to see the answer
// instead of a reset, then cuts the connection, so that a client that stopped sending cannot hold it or a shutdown.
import type { IncomingMessage, ServerResponse } from 'node:http'

const LINGER_MS = 1000

export function finishUnread(request: IncomingMessage, response: ServerResponse): void {
  response.once('finish', () => {
    if (request.complete) return
    const { socket } = request
    const cut = setTimeout(() => socket.destroy(), LINGER_MS)
    request.once('close', () => clearTimeout(cut))
    request.resume()
  })
}
