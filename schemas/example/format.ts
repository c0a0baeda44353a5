// Whether a text is what a format wants, by the same rules as the check of a config's arguments.
import { fullFormats } from 'ajv-formats/dist/formats.js'
import { ownValue } from '../own-value.ts'

/** Some rules take long for a long text. */
const MAX_LENGTH = 500

/** Undefined where nobody can say. Formats that are not known ask for nothing, nor do those of numbers. */
export function fitsFormat(value: string, format: string): boolean | undefined {
  const known = ownValue(fullFormats, format)
  if (known === undefined || typeof known === 'boolean') return true
  if (value.length > MAX_LENGTH) return undefined
  const rule = typeof known === 'object' && 'validate' in known ? known.validate : known
  if (typeof rule === 'string' || rule instanceof RegExp) return new RegExp(rule).test(value)
  const isOfText = typeof known !== 'object' || !('type' in known) || known.type !== 'number'
  return !isOfText || (rule as (text: string) => unknown)(value) === true
}
