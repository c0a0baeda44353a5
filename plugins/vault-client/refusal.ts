// Why there are no secrets: for now, or for good, and as one word.
import type { Answer } from './answer.ts'

export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: 'retry' | 'failed'
  readonly reason: string
  readonly retryAfterMs: number | undefined

  constructor(status: 'retry' | 'failed', reason: string, message: string, retryAfterMs?: number) {
    super(message)
    this.status = status
    this.reason = reason
    this.retryAfterMs = retryAfterMs
  }
}

type Row = readonly [status: 'retry' | 'failed', reason: string, words: string]

const ROWS: Readonly<Record<number, Row>> = {
  403: ['failed', 'denied', 'the token has ended, or no policy of it allows this'],
  404: ['failed', 'absent', 'nothing is there, or it may not be known'],
  412: ['retry', 'stale', 'the server has not caught up with another one yet'],
  429: ['retry', 'limited', 'a quota of the server is used up'],
  472: ['retry', 'standby', 'the server is a standby of a disaster recovery and gives no secrets'],
  473: ['retry', 'standby', 'the server is a standby and gives no secrets'],
  474: ['retry', 'standby', 'the server is a standby without an active one'],
  501: ['failed', 'uninitialised', 'the server was never initialised'],
}

/** What the answer of a server means for a request that it did not fulfil. */
export function refusedBy({ status, words, isSealed, retryAfterMs }: Answer, what: string): Refusal {
  const tail = words === '' ? '' : `: ${words}`
  if (status === 503 && isSealed) return new Refusal('retry', 'sealed', `${what}: the server is sealed`, retryAfterMs)
  const row = ROWS[status]
  if (row) return new Refusal(row[0], row[1], `${what}: ${row[2]} (${status})${tail}`, retryAfterMs)
  if (status >= 500)
    return new Refusal('retry', 'unavailable', `${what}: the server failed with ${status}${tail}`, retryAfterMs)
  return new Refusal('failed', 'refused', `${what}: the server refused it with ${status}${tail}`)
}
