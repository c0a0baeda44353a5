// How a plugin says what became of its work, under the contracts `notify/v1` and `secret/v1`: a status in its result line, and the
// exit code that belongs to it. Both have to agree, so that neither a crash nor a forgotten line looks like success.
import { z } from 'zod'
import { DAY_MS } from '../duration.ts'
import { lineShape } from '../shapes.ts'

/** `retry`: the same may succeed later. `failed`: it will not, before somebody changes something. */
export const OUTCOME_STATUSES = ['ok', 'retry', 'failed'] as const
export type OutcomeStatus = (typeof OUTCOME_STATUSES)[number]

/** Of sysexits.h: EX_TEMPFAIL and EX_UNAVAILABLE. */
export const OUTCOME_EXIT_CODES: Readonly<Record<OutcomeStatus, number>> = { ok: 0, retry: 75, failed: 69 }

/** One sentence for people, without secrets. Hostile until printed through `printable`. */
export const summaryShape = z.string().max(2000)

/** Why it did not succeed, as one word that programs tell apart. */
export const reasonShape = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'expected a word of `a-z`, `0-9` and `-`')

/** Asks the operator not to try again sooner. */
export const retryAfterShape = z.number().min(0).max(DAY_MS)

export const warningsShape = z.array(lineShape).max(20)
