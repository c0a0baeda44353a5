// What is tried again, how often and after what wait: the same for everybody who speaks HTTP here. Waits grow and are random,
// so that many machines do not come back together; a server that says when to come back is heard, within a bound.
import { setTimeout as sleep } from 'node:timers/promises'
import { isFinalReason } from '../../schemas/connection-reasons.ts'
import { isCoded } from '../../schemas/errors.ts'

export type RetryOptions = {
  readonly attempts: number
  readonly firstWaitMs: number
  readonly maxWaitMs: number
  /** Until the first byte of an answer; as long as ever when absent. */
  readonly answerMs?: number
}

/** Documents and artifacts: people wait for them. */
const READING: RetryOptions = { attempts: 4, firstWaitMs: 200, maxWaitMs: 5_000 }
/** Publishing: what was uploaded should not be lost. */
export const WRITING: RetryOptions = { attempts: 6, firstWaitMs: 200, maxWaitMs: 10_000 }

/**
 * Statuses that pass. 500 is a defect of the server, which asking again does not cure, with one exception: stores of objects
 * answer it for a moment under load, so it is asked again for whole files and documents, and never for a call of an API.
 */
const TRANSIENT: Readonly<Record<number, 'always' | 'reading'>> = {
  408: 'always', // the server gave up waiting for the request
  425: 'always', // too early, before the handshake was whole
  429: 'always', // too many requests
  500: 'reading',
  502: 'always', // a proxy's server failed
  503: 'always', // not now
  504: 'always', // a proxy's server was silent
}

export function isTransientStatus(status: number, what: 'reading' | 'calling'): boolean {
  const when = TRANSIENT[status]
  return when === 'always' || (when === 'reading' && what === 'reading')
}

export type Attempt = { readonly attempt: number; readonly attempts: number; readonly answerMs?: number | undefined }

/** Runs `act` until it returns; throws what the last attempt threw, and at once what no attempt can cure. */
export async function retrying<Result>(
  act: (attempt: Attempt) => Promise<Result>,
  options: RetryOptions = READING,
): Promise<Result> {
  const { attempts, answerMs } = options
  for (let attempt = 1; ; attempt++) {
    try {
      return await act({ attempt, attempts, answerMs })
    } catch (error) {
      if (attempt >= attempts || !isTransient(error)) throw error
      await sleep(waitMs(attempt, options, isCoded(error) ? Number(error.details.retryAfterMs) : undefined))
    }
  }
}

/** A connection that failed for a reason that may pass, or an answer that says so. */
export function isTransient(error: unknown): boolean {
  if (!isCoded(error)) return false
  if (error.code === 'FETCH_FAILED') return !isFinalReason(error.details.reason as string | undefined)
  return error.code === 'FETCH_REFUSED' && isTransientStatus(Number(error.details.status), 'reading')
}

/**
 * `askedMs` is what the server wished, bounded already. Zero counts as nothing said: whoever answers with it, or with a date that a
 * clock which is ahead takes for past, would be asked at once, again and again.
 */
export function waitMs(failures: number, { firstWaitMs, maxWaitMs }: RetryOptions, askedMs = 0): number {
  if (Number.isFinite(askedMs) && askedMs > 0) return askedMs
  return (0.5 + Math.random() / 2) * Math.min(firstWaitMs * 2 ** (failures - 1), maxWaitMs)
}
