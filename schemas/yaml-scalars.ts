// Plain YAML scalars that readers take for different values: YAML 1.2 as octo reads it, yaml.v3 as octoctl does, YAML 1.1 as
// many tools do. `010` is ten, eight or text; `no` is text or false. In quotes each is text for all of them.
import type { Scalar } from 'yaml'
import { quote } from './quote.ts'

const LOOKS_DIFFERENT: readonly RegExp[] = [
  // Booleans of 1.1.
  /^(?:y|n|yes|no|on|off)$/i,
  // Octal by a leading zero, and the prefixes that only some know.
  /^[-+]?0[0-9_]+$/,
  /^[-+]?0[oObB][0-9a-fA-F_]+$/,
  /^(?:[-+]0x|[-+]?0X)[0-9a-fA-F_]+$/,
  // Digits in groups, minutes and hours, dates.
  /^[-+]?(?:0x)?[.0-9][0-9a-fA-F.eE+-]*_[0-9a-fA-F_.eE+-]*$/,
  /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/,
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:$|[Tt \t])/,
  // Exponents without a point or a sign, and signs before a point.
  /^[-+]?[0-9]+[eE][-+]?[0-9]+$/,
  /^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)[eE][0-9]+$/,
  /^[-+]\.[0-9]/,
  // A value tag and a merge key.
  /^(?:=|<<)$/,
]

/** Whether a scalar without quotes or tag is one value here and another one elsewhere. */
export function readsAsTwo(source: string): boolean {
  return LOOKS_DIFFERENT.some((pattern) => pattern.test(source))
}

/** What makes a scalar one that is refused; undefined for a good one. `ambiguous`: what others read differently is admitted. */
export function problemOfScalar({ value, source = '', type }: Scalar, ambiguous: boolean): string | undefined {
  if (typeof value === 'string' && !value.isWellFormed()) return 'has a text with half of a surrogate pair'
  if (typeof value === 'string' && value.includes('\0')) return 'has a text with U+0000'
  if (type !== 'PLAIN') return undefined
  if (typeof value === 'number' && !isKept(value, source))
    return `has the number ${quote(source)}, which cannot be kept as it is: write it in quotes`
  if (!ambiguous && readsAsTwo(source))
    return `has ${quote(source)}, which others read as another value: write it in quotes`
  return undefined
}

/** Keys are text to every reader: `0x10` and `16` would be two keys here and one elsewhere. */
export function problemOfKey({ value, source = '' }: Scalar): string | undefined {
  if (typeof value !== 'string' && (value === null || String(value) !== source))
    return `has the key ${quote(source)}, which is not text: write it in quotes`
  if (value === '__proto__') return 'has the key `__proto__`, which is not allowed'
  return undefined
}

/** Neither infinite nor rounded. */
function isKept(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return false
  if (/^[-+]?[0-9]+$/.test(source)) return BigInt(value) === BigInt(source.replace(/^\+/, ''))
  return !source.startsWith('0x') || Number.isSafeInteger(value)
}
