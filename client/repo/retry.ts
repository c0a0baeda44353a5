// Tries again what may go better: three times, with full jitter, or when the server says.
import { setTimeout as sleep } from 'node:timers/promises'
import { isCoded } from '../../schemas/errors.ts'

export type RetryOptions = {
  readonly attempts: number
  readonly firstWaitMs: number
  readonly maxWaitMs: number
}

export const RETRY: RetryOptions = { attempts: 4, firstWaitMs: 200, maxWaitMs: 5_000 }
/** A server that asks for more patience than this gets none. */
const MAX_RETRY_AFTER_MS = 30_000

/** Runs `act` until it returns; throws what the last attempt threw, and at once what no attempt can cure. */
export async function retrying<Result>(act: () => Promise<Result>, options: RetryOptions = RETRY): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act()
    } catch (error) {
      if (attempt >= options.attempts || !isTransient(error)) throw error
      await sleep(waitMsOf(error, attempt, options))
    }
  }
}

const TRANSIENT_STATUS = new Set([408, 425, 429, 500, 502, 503, 504])

function isTransient(error: unknown): boolean {
  if (!isCoded(error)) return false
  if (error.code === 'FETCH_FAILED') return true
  return error.code === 'FETCH_REFUSED' && TRANSIENT_STATUS.has(Number(error.details.status))
}

function waitMsOf(error: unknown, attempt: number, { firstWaitMs, maxWaitMs }: RetryOptions): number {
  const asked = isCoded(error) ? Number(error.details.retryAfterMs) : Number.NaN
  if (Number.isFinite(asked)) return Math.min(asked, MAX_RETRY_AFTER_MS)
  return Math.random() * Math.min(firstWaitMs * 2 ** attempt, maxWaitMs)
}
