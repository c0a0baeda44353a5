// Tries again what failed for a passing reason: with growing, random pauses, and as late as the server asks.
import { isCoded } from '../../schemas/errors.ts'
import type { Connection, HttpReply, HttpRequest } from './http.ts'

const ATTEMPTS = 6
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 10_000
const LONGEST_WISH_MS = 60_000
const PASSING = new Set([408, 425, 429, 502, 503, 504])

export function isPassing(reply: HttpReply): boolean {
  return PASSING.has(reply.status)
}

/** Counts failed attempts and waits between them. */
export class Patience {
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
    if (++this.#failures >= ATTEMPTS) return false
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures)
    await this.#connection.pause(wishOf(reply) ?? longest * (0.5 + Math.random() / 2))
    return true
  }
}

/** Sends what may be sent twice: reads, and writes that carry an Idempotency-Key or mean the same the second time. */
export async function sendPatiently(connection: Connection, request: HttpRequest): Promise<HttpReply> {
  const patience = new Patience(connection)
  for (;;) {
    const reply = await connection.send(request).catch((error) => {
      if (isCoded(error, 'FETCH_FAILED')) return error
      throw error
    })
    const failed = isCoded(reply)
    if (!failed && !isPassing(reply)) return reply
    if (await patience.wait(failed ? undefined : reply)) continue
    if (failed) throw reply
    return reply
  }
}

/** Retry-After in milliseconds, bounded. */
function wishOf(reply: HttpReply | undefined): number | undefined {
  const seconds = Number(reply?.headers['retry-after'])
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds * 1000, LONGEST_WISH_MS) : undefined
}
