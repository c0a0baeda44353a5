// Plain YAML scalars that readers take for different values: YAML 1.2 as octo reads it, yaml.v3 as octoctl does, YAML 1.1 as
// many tools do. `010` is ten, eight or text; `no` is text or false. In quotes each is text for all of them.
import type { Scalar } from 'yaml'
import { parse } from 'yaml'
import { quote } from '../quote.ts'

/** Booleans of 1.1, a value tag and a merge key. */
const WORD = /^(?:y|n|yes|no|on|off|=|<<)$/i
/** Minutes and hours, which only 1.1 counts together. */
const SIXTIES = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/
const NUMBERS_AND_TIMES: readonly RegExp[] = [
  // Octal by a leading zero, and the prefixes that only some know.
  /^[-+]?0[0-9_]+$/,
  /^[-+]?0[oObB][-+0-9a-fA-F_]+$/,
  /^(?:[-+]0x|[-+]?0X)[0-9a-fA-F_]+$/,
  // Digits in groups, dates.
  /^[-+]?[.0-9][0-9.eE+-]*_[0-9_.eE+-]*$/,
  /^[-+]?0x[0-9a-fA-F]*_[0-9a-fA-F_]*$/,
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:$|[Tt \t])/,
  // Exponents without a point or a sign, and signs before a point.
  /^[-+]?[0-9]+[eE][-+]?[0-9]+$/,
  /^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)[eE][0-9]+$/,
  /^[-+]\.[0-9]/,
]

/** Whether a scalar without quotes or tag is one value here and another one elsewhere. */
function readsAsTwo(source: string): boolean {
  return WORD.test(source) || isNumberOrTime(source)
}

/** The same between the readers of configs, octo and octoctl's yaml.v3: to both `no` and `10:30` are text. */
export function readsAsTwoInConfigs(source: string): boolean {
  return !SIXTIES.test(source) && isNumberOrTime(source)
}

/** Numbers of any reader, once `_` between digits is left out: yaml.v3 does that anywhere behind a first digit, sign or point. */
const GROUPED = /^[-+]?(?:0[oObBxX][-+]?[0-9a-fA-F]*|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]*)?)$/

function isNumberOrTime(source: string): boolean {
  if (/^[-+.0-9]/.test(source) && source.includes('_') && GROUPED.test(source.replaceAll('_', ''))) return true
  return SIXTIES.test(source) || NUMBERS_AND_TIMES.some((pattern) => pattern.test(source))
}

type Readings = {
  /** What follows "is" in a sentence. */
  readonly said: string
  /** How each reading that is a number is written so that all agree on it. */
  readonly numbers: readonly string[]
}

/** What readers take a scalar for of which `readsAsTwo` says that they differ. */
export function readingsOf(source: string): Readings {
  const [newer, older] = (['1.2', '1.1'] as const).map((version) => nameOfValue(parse(source, { version })))
  const numbers = [...new Set([newer, older])].filter((name) => /^-?[0-9.]+$/.test(name ?? ''))
  if (newer !== older) return { said: `${newer} in YAML 1.2 and ${older} in YAML 1.1`, numbers: numbers.map(String) }
  const other = newer === 'text' ? 'another value' : 'text'
  return { said: `${newer} to some readers of YAML and ${other} to others`, numbers: numbers.map(String) }
}

function nameOfValue(value: unknown): string {
  if (value instanceof Date) return 'a moment'
  return typeof value === 'string' ? 'text' : String(value)
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

/**
 * Keys are text to every reader: `0x10` and `16` would be two keys here and one elsewhere. `ambiguous`: `1` and `true` are admitted,
 * which are text here, and one key to Python.
 */
export function problemOfKey({ value, source = '', type }: Scalar, ambiguous: boolean): string | undefined {
  const isOther = type === 'PLAIN' && (isNumberOrTime(source) || (!ambiguous && typeof value !== 'string'))
  if (isOther || (typeof value !== 'string' && (value === null || String(value) !== source)))
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

/**
 * What octoctl's reader takes a scalar without quotes for that YAML 1.2 calls text or another number: `0777` is 511, `1_000` a
 * thousand, `0b11` three. Undefined where both agree.
 */
export function numberInConfigs(source: string): number | undefined {
  if (!/^[-+.0-9]/.test(source) || !readsAsTwoInConfigs(source)) return undefined
  const bare = source.replaceAll('_', '')
  const [, sign = '', digits = ''] = /^([-+]?)(.*)$/.exec(bare) ?? []
  const whole = /^(?:0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|[1-9][0-9]*|0)$/.test(digits)
    ? Number(digits)
    : /^0[0-7]+$/.test(digits)
      ? Number.parseInt(digits, 8)
      : undefined
  if (whole !== undefined) return Number.isSafeInteger(whole) ? Number(`${sign}${whole}`) : undefined
  return /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(bare) ? Number(bare) : undefined
}
