// SOURCE_DATE_EPOCH (reproducible-builds.org): the one time that build outputs carry.
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'

/** Seconds since 1970; throws USAGE. */
export function epochSeconds(text = '0'): number {
  const seconds = Number(text)
  if (Number.isSafeInteger(seconds) && seconds >= 0 && seconds < 2 ** 33) return seconds
  throw coded('USAGE', { message: `SOURCE_DATE_EPOCH is ${quote(text)}, expected seconds since 1970` })
}
