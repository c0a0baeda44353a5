// What `--since` says: so long ago, or a moment.
import { parseDuration } from '../../../schemas/duration.ts'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'

/** Milliseconds of the clock on the wall; throws USAGE for what is neither. */
export function momentOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ago = parseDuration(text)
  const moment = ago === undefined ? Date.parse(text) : Date.now() - ago
  if (Number.isFinite(moment)) return moment
  throw coded('USAGE', {
    message: `${quote(text)} is neither a duration nor a moment`,
    hint: 'write for example `--since 10m` or `--since 2026-11-26T10:00:00Z`',
  })
}
