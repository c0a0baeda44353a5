// What `--tail` says: how many lines of what was there already.
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'

/** Throws USAGE. */
export function tailOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,7}$/.test(text)) return Number(text)
  throw coded('USAGE', {
    message: `\`--tail\` expects a number of lines, such as 20, found ${quote(text)}`,
    hint: 'write `--tail 20`, or leave it away for all of them',
  })
}
