// What is known about a request beside its own bytes: its id, and later who asks. For logs and error answers.
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

type RequestContext = {
  readonly id: string
  readonly startedAt: number
  tokenId?: string
  /** Who sent it, as far as it can be known. */
  address?: string | undefined
}

const contexts = new WeakMap<IncomingMessage, RequestContext>()

/** A client may name its request, so that its own logs and ours can be joined. */
export function contextOf(request: IncomingMessage): RequestContext {
  const known = contexts.get(request)
  if (known) return known
  const given = request.headers['x-request-id']
  const id = typeof given === 'string' && /^[A-Za-z0-9_-]{8,64}$/.test(given) ? given : randomUUID()
  const context: RequestContext = { id, startedAt: performance.now() }
  contexts.set(request, context)
  return context
}
