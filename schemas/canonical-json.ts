// The one text of a JSON value, as RFC 8785 (JCS) has it: keys in the order of their UTF-16 units, numbers as JavaScript writes
// them, no blanks. Peers compare such texts byte for byte.
import { coded } from './errors.ts'

/** Members that are undefined are left out. Throws FORMAT_INVALID for what no JSON text can say. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value)
  if (typeof value === 'string' && value.isWellFormed()) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object') return `{${members(value as Record<string, unknown>).join(',')}}`
  throw coded('FORMAT_INVALID', { message: `a value of type \`${typeof value}\` has no text in JSON` })
}

/** Not by way of another object: that would put keys which look like numbers first. */
function members(object: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(object)
    .filter((key) => object[key] !== undefined)
    .sort()
    .map((key) => `${canonicalJson(key)}:${canonicalJson(object[key])}`)
}
