// What `--since` says: so long ago, or a moment.
import { DAY_MS, parseDuration } from '../schemas/duration.ts'
import { coded } from '../schemas/errors.ts'
import { quote } from '../schemas/quote.ts'

/** A number alone is a moment for `Date.parse`, in the year 2001. */
const DATE = /^\d{4}-\d{2}-\d{2}/
const DAYS = /^(\d{1,4})d$/

/** Milliseconds of the clock on the wall; throws USAGE for what is neither. */
export function momentOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ago = agoOf(text)
  const moment = ago === undefined ? dateOf(text) : Date.now() - ago
  if (Number.isFinite(moment)) return moment
  throw coded('USAGE', {
    message: `${quote(text)} is neither a duration nor a moment`,
    hint: 'write for example `--since 10m`, `--since 7d` or `--since 2026-11-26T10:00:00Z`',
  })
}

function agoOf(text: string): number | undefined {
  const days = DAYS.exec(text)?.[1]
  return days === undefined ? parseDuration(text) : Number(days) * DAY_MS
}

function dateOf(text: string): number {
  return DATE.test(text) ? Date.parse(text) : Number.NaN
}
