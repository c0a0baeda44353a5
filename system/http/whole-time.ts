// A deadline for an answer as a whole, over all attempts: whoever sends just enough for the rate would keep a client for hours.

import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { shownDuration } from '../../schemas/shown-duration.ts'
import { addressOf } from './fetch-error.ts'
import type { Answer } from './open-http.ts'

/** Documents and bundles have a few kB; the largest that is allowed takes seconds on a slow line. */
export const DOCUMENT_MS = 120_000

export type WholeTime = {
  /** The chunks of the body; throws LIMIT_EXCEEDED, which no attempt can cure, when the time is over. */
  chunksOf(answer: Answer): AsyncGenerator<Uint8Array>
}

/** Begins now; without a limit it lasts for ever. */
export function startWholeTime(wholeMs: number | undefined): WholeTime {
  const endsAt = performance.now() + (wholeMs ?? Number.POSITIVE_INFINITY)
  async function* chunksOf(answer: Answer): AsyncGenerator<Uint8Array> {
    const leftMs = endsAt - performance.now()
    let isLate = leftMs <= 0
    const expire = () => {
      isLate = true
      answer.discard()
    }
    if (isLate) expire()
    const timer = Number.isFinite(leftMs) && !isLate ? setTimeout(expire, leftMs) : undefined
    try {
      for await (const chunk of answer.body) {
        if (isLate) throw tooLong(answer, wholeMs)
        yield chunk
      }
      if (isLate) throw tooLong(answer, wholeMs)
    } catch (error) {
      throw isLate ? tooLong(answer, wholeMs) : error
    } finally {
      clearTimeout(timer)
    }
  }
  return { chunksOf }
}

function tooLong(answer: Answer, wholeMs: number | undefined): Error {
  const url = addressOf(answer.url)
  return coded('LIMIT_EXCEEDED', {
    message: `${quote(url)} did not come whole within ${shownDuration(wholeMs ?? 0)}`,
    details: { url, wholeMs },
  })
}
