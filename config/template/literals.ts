// Numbers, characters and strings as Go writes them: `0x10`, `1_000`, `010` (which is 8), `'a'`, `"\u00e9"` and raw ones in
// backquotes. Undefined is one that Go does not read either.
import { ownValue } from '../../schemas/own-value.ts'
import { quote } from '../../schemas/quote.ts'

const MAX_INT = 2n ** 63n - 1n

type NumberLiteral =
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'refused'; readonly problem: string }

export function numberOf(text: string): NumberLiteral {
  if (text.endsWith('i'))
    return { kind: 'refused', problem: `${quote(text)} is a complex number, which is not supported` }
  const bare = text.replace(/^[+-]/, '')
  const isWellGrouped = !bare.includes('_') || isGrouped(bare)
  const whole = isWellGrouped ? wholeOf(bare.replaceAll('_', '')) : undefined
  if (whole !== undefined) return intOf(text, text.startsWith('-') ? -whole : whole)
  const float = isWellGrouped ? floatOf(bare.replaceAll('_', '')) : undefined
  if (float === undefined) return { kind: 'refused', problem: `${quote(text)} is no number` }
  if (!/[.eEpP]/.test(text)) return { kind: 'refused', problem: `${quote(text)} is no number that fits into 64 bits` }
  return { kind: 'float', value: text.startsWith('-') ? -float : float }
}

function intOf(text: string, value: bigint): NumberLiteral {
  if (value > MAX_INT || value < -MAX_INT - 1n)
    return { kind: 'refused', problem: `${quote(text)} is no number that fits into 64 bits` }
  return { kind: 'int', value }
}

/** An underscore stands between two digits, or between a prefix and a digit. */
function isGrouped(text: string): boolean {
  const digits = text.replace(/^0[xXoObB]/, '0')
  return !/^_|_$|__|_[^0-9a-fA-F]|[^0-9a-fA-F]_/.test(digits)
}

function wholeOf(text: string): bigint | undefined {
  if (/^0[xX][0-9a-fA-F]+$|^0[bB][01]+$|^0[oO][0-7]+$/.test(text)) return BigInt(text.toLowerCase())
  if (/^0[0-7]+$/.test(text)) return BigInt(`0o${text.slice(1)}`)
  return /^(?:0|[1-9][0-9]*)$/.test(text) ? BigInt(text) : undefined
}

function floatOf(text: string): number | undefined {
  // Digits belong to one part of the pattern only: with two that take them, a long number that ends wrongly takes the square.
  if (/^(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(text)) {
    const value = Number(text)
    return Number.isFinite(value) ? value : undefined
  }
  // Without digits it is `0x`, which is no number to JavaScript either.
  const [, whole = '', part = '', power] =
    /^0[xX]([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?[pP]([+-]?[0-9]{1,4})$/.exec(text) ?? []
  const value = Number(`0x${whole}${part}`) * 2 ** (Number(power) - 4 * part.length)
  return Number.isFinite(value) ? value : undefined
}

/** The code point of `'a'`. */
export function characterOf(quoted: string): bigint | undefined {
  const inner = quoted.slice(1, -1)
  const [char = ''] = inner
  if (!inner.startsWith('\\')) return inner !== '' && char === inner ? BigInt(char.codePointAt(0) ?? 0) : undefined
  const found = escapeAt(inner, 0, "'")
  return found?.end === inner.length ? BigInt(found.code) : undefined
}

export function rawStringOf(quoted: string): string {
  return quoted.slice(1, -1).replaceAll('\r', '')
}

/** The text of `"…"`; escapes of bytes must make well-formed UTF-8 together. */
export function stringOf(quoted: string): string | undefined {
  const inner = quoted.slice(1, -1)
  const parts: Buffer[] = []
  for (let at = 0; at < inner.length; ) {
    const next = inner.indexOf('\\', at)
    const end = next < 0 ? inner.length : next
    if (end > at) parts.push(Buffer.from(inner.slice(at, end)))
    if (next < 0) break
    const found = escapeAt(inner, next, '"')
    if (!found) return undefined
    parts.push(found.isByte ? Buffer.from([found.code]) : Buffer.from(String.fromCodePoint(found.code)))
    at = found.end
  }
  const bytes = Buffer.concat(parts)
  const text = bytes.toString()
  return Buffer.from(text).equals(bytes) ? text : undefined
}

type Escape = { readonly code: number; readonly end: number; readonly isByte: boolean }

const SHORT: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92 }
const LONG: readonly (readonly [form: RegExp, base: number, isByte: boolean])[] = [
  [/\\x([0-9a-fA-F]{2})/y, 16, true],
  [/\\([0-7]{3})/y, 8, true],
  [/\\u([0-9a-fA-F]{4})/y, 16, false],
  [/\\U([0-9a-fA-F]{8})/y, 16, false],
]

function escapeAt(text: string, at: number, quote: string): Escape | undefined {
  const letter = text[at + 1] ?? ''
  const short = letter === quote ? quote.charCodeAt(0) : ownValue(SHORT, letter)
  if (short !== undefined) return { code: short, end: at + 2, isByte: false }
  for (const [form, base, isByte] of LONG) {
    form.lastIndex = at
    const [whole, digits] = form.exec(text) ?? []
    if (whole === undefined || digits === undefined) continue
    const code = Number.parseInt(digits, base)
    const isCharacter = code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
    return (isByte ? code <= 255 : isCharacter) ? { code, end: at + whole.length, isByte } : undefined
  }
  return undefined
}
