// Whether a text or number is what a format wants.
import { fullFormats } from 'ajv-formats/dist/formats.js'
import { ownValue } from '../own-value.ts'

/** Some rules take long for a long text. */
const MAX_LENGTH = 500

/** Formats that are not known ask for nothing. Takes as long as a rule takes for such a text. */
export function isOfFormat(value: string | number, format: string): boolean {
  const known = ownValue(fullFormats, format)
  if (known === undefined || typeof known === 'boolean') return true
  const isDefinition = typeof known === 'object' && 'validate' in known
  const kind = isDefinition && 'type' in known && known.type === 'number' ? 'number' : 'string'
  if (typeof value !== kind) return true
  const rule: unknown = isDefinition ? known.validate : known
  if (typeof rule === 'function') return rule(value) === true
  return rule === true || new RegExp(rule as RegExp | string).test(String(value))
}

/** The same in bounded time; undefined where nobody can say. */
export function fitsFormat(value: string, format: string): boolean | undefined {
  if (value.length <= MAX_LENGTH) return isOfFormat(value, format)
  return Object.hasOwn(fullFormats, format) ? undefined : true
}
