// Tries API calls again that failed for a passing reason: with growing, random pauses, and as late as the server asks.
import { isCoded } from '../../schemas/errors.ts'
import type { Connection, HttpReply, HttpRequest } from './connection.ts'
import { isTransient, isTransientStatus, WRITING, waitMs } from './retry.ts'
import { retryAfterMs } from './retry-after.ts'

/** Counts failed attempts and waits between them. */
export class RetryBudget {
  readonly #connection: Pick<Connection, 'pause'>
  #failures = 0

  constructor(connection: Pick<Connection, 'pause'>) {
    this.#connection = connection
  }

  /** Begins anew, because there was progress. */
  reset(): void {
    this.#failures = 0
  }

  /** Waits; false when there were enough attempts. */
  async wait(reply?: HttpReply): Promise<boolean> {
    if (++this.#failures >= WRITING.attempts) return false
    await this.#connection.pause(
      waitMs(this.#failures, WRITING, retryAfterMs(reply?.headers['retry-after'], Date.now())),
    )
    return true
  }
}

export function isTransientReply(reply: HttpReply): boolean {
  return isTransientStatus(reply.status, 'calling')
}

/** Sends what may be sent twice: reads, and writes that carry an Idempotency-Key or mean the same the second time. */
export async function sendPatiently(connection: Connection, request: HttpRequest): Promise<HttpReply> {
  const budget = new RetryBudget(connection)
  for (;;) {
    const reply = await connection.send(request).catch((error) => {
      if (isTransient(error)) return error
      throw error
    })
    const failed = isCoded(reply)
    if (!failed && !isTransientReply(reply)) return reply
    if (await budget.wait(failed ? undefined : reply)) continue
    if (failed) throw reply
    return reply
  }
}
