// Go's printf for the verbs and flags that a config can use. A verb that does not fit its value is printed as Go prints it,
// `%!d(string=x)`, and never fails.
import { quote } from '../../schemas/quote.ts'
import type { Meter } from './meter.ts'
import { stepsFor } from './meter.ts'
import { shortest, shownValue } from './print.ts'
import { exponentText, fixedText } from './rounded.ts'
import type { Value } from './value.ts'
import { entriesIn, itemsIn, typeOf } from './value.ts'

type Refuse = (problem: string) => Error

type Verb = {
  readonly letter: string
  readonly flags: string
  readonly width: number | undefined
  readonly precision: number | undefined
  readonly refuse: Refuse
  readonly meter: Pick<Meter, 'spend'>
}

const DIRECTIVE = /%([-+# 0]*)([1-9][0-9]*|\*)?(?:\.([0-9]*|\*))?([\s\S])?/gu
const MAX_PRECISION = 100
const VERBS = 'vTtdsqxXoObcUeEfFgG'

export function formatted(
  format: string,
  values: readonly Value[],
  bounds: { maxWidth: number; refuse: Refuse; meter: Pick<Meter, 'spend'> },
): string {
  let used = 0
  const take = () => values[used++]
  const text = format.replaceAll(
    DIRECTIVE,
    (directive, flags: string, wide?: string, precise?: string, letter?: string) => {
      if (letter === undefined) return '%!(NOVERB)'
      if (letter === '%') return '%'
      if (!VERBS.includes(letter) || directive.includes('*') || (flags.includes('#') && 'vqU'.includes(letter)))
        throw bounds.refuse(`${quote(directive)} is no verb of \`printf\` that is known here`)
      const verb: Verb = {
        letter,
        // In `%+v` the sign asks for the names of fields, which maps show anyhow.
        flags: letter === 'v' ? flags.replaceAll('+', '') : flags,
        refuse: bounds.refuse,
        meter: bounds.meter,
        width: wide === undefined ? undefined : Number(wide),
        precision: precise === undefined ? undefined : Number(precise),
      }
      if ((verb.precision ?? 0) > MAX_PRECISION)
        throw bounds.refuse(`${quote(directive)} asks for more than ${MAX_PRECISION} places`)
      if ((verb.width ?? 0) > bounds.maxWidth)
        throw bounds.refuse(`${quote(directive)} is wider than ${bounds.maxWidth} characters`)
      const value = take()
      return value === undefined ? `%!${letter}(MISSING)` : written(value, verb)
    },
  )
  const extra = values
    .slice(used)
    .map((value) => (isNothing(value) ? '<nil>' : `${typeOf(value)}=${shownValue(value, bounds.meter)}`))
  return extra.length === 0 ? text : `${text}%!(EXTRA ${extra.join(', ')})`
}

function isNothing({ kind }: Value): boolean {
  return kind === 'missing' || kind === 'nil'
}

function written(value: Value, verb: Verb): string {
  if (verb.letter === 'T') return padded(typeOf(value), verb)
  if (value.kind === 'missing' || value.kind === 'nil')
    return verb.letter === 'v' ? padded('<nil>', verb) : `%!${verb.letter}(<nil>)`
  if (value.kind === 'list')
    return `[${itemsIn(value)
      .map((item) => written(item, verb))
      .join(' ')}]`
  if (value.kind === 'map') {
    const pairs = entriesIn(value).map(
      ([name, one]) => `${written({ kind: 'string', value: name }, verb)}:${written(one, verb)}`,
    )
    return `map[${pairs.join(' ')}]`
  }
  const text = scalar(value, verb) ?? `%!${verb.letter}(${typeOf(value)}=${shownAlone(value, verb)})`
  // A list makes a text as wide as the verb says of each of its items.
  verb.meter.spend(stepsFor(text.length))
  return text
}

/** The value in a complaint is printed with the flags of its verb. */
function shownAlone(value: Value, verb: Verb): string {
  return written(value, { ...verb, letter: 'v' })
}

type Scalar = Exclude<Value, { readonly kind: 'map' | 'list' | 'missing' | 'nil' }>

/** Undefined where the verb does not fit. */
function scalar(value: Scalar, verb: Verb): string | undefined {
  if (value.kind === 'bool') return 'tv'.includes(verb.letter) ? padded(String(value.value), verb) : undefined
  if (value.kind === 'string') return ofText(value.value, verb)
  return value.kind === 'int' ? ofInt(value, verb) : ofFloat(value, verb)
}

function ofText(text: string, verb: Verb): string | undefined {
  const cut = verb.precision === undefined ? text : [...text].slice(0, verb.precision).join('')
  const { letter } = verb
  if (letter === 's' || letter === 'v') return padded(cut, verb)
  if (letter === 'q') return padded(quoted(cut, verb.flags.includes('+')), verb)
  if (letter !== 'x' && letter !== 'X') return undefined
  return padded(hexOf(text, verb), verb)
}

function hexOf(text: string, { letter, flags, precision }: Verb): string {
  const bytes = [...Buffer.from(text)].slice(0, precision ?? Number.POSITIVE_INFINITY)
  const prefix = flags.includes('#') && bytes.length > 0 ? '0x' : ''
  const isSpaced = flags.includes(' ')
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(isSpaced ? ` ${prefix}` : '')
  return letter === 'X' ? `${prefix}${hex}`.toUpperCase() : `${prefix}${hex}`
}

const BASES: Readonly<Record<string, number>> = { d: 10, v: 10, x: 16, X: 16, o: 8, O: 8, b: 2 }
const PREFIXES: Readonly<Record<string, string>> = { x: '0x', X: '0X', o: '0', b: '0b' }

function ofInt(value: Extract<Value, { kind: 'int' }>, verb: Verb): string | undefined {
  const { letter, flags } = verb
  const code = Number(value.value)
  const isCharacter = code >= 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
  const char = String.fromCodePoint(isCharacter ? code : 0xfffd)
  if (letter === 'c') return padded(char, verb)
  if (letter === 'q') return padded(quotedCharacter(char, flags.includes('+')), verb)
  if (letter === 'U')
    return padded(`U+${BigInt.asUintN(64, value.value).toString(16).toUpperCase().padStart(4, '0')}`, {
      ...verb,
      flags: flags.replaceAll('0', ''),
    })
  if (letter === 'v' && value.text !== undefined && flags === '' && verb.precision === undefined)
    return padded(value.text, verb)
  const base = BASES[letter]
  if (base === undefined) return undefined
  const size = value.value < 0n ? -value.value : value.value
  const digits = size.toString(base)
  const prefix = letter === 'O' ? '0o' : flags.includes('#') ? (PREFIXES[letter] ?? '') : ''
  const body = verb.precision === 0 && size === 0n ? '' : digits.padStart(verb.precision ?? 0, '0')
  const cased = letter === 'X' ? body.toUpperCase() : body
  const shown = prefix === '0' && cased.startsWith('0') ? '' : prefix
  return signed(
    value.value < 0n,
    `${shown}${cased}`,
    { ...verb, flags: verb.precision === undefined ? flags : flags.replaceAll('0', '') },
    shown.length,
  )
}

function ofFloat(value: Extract<Value, { kind: 'float' }>, verb: Verb): string | undefined {
  const { letter, flags, precision } = verb
  if (letter === 'v' && value.text !== undefined && flags === '' && precision === undefined)
    return padded(value.text, verb)
  if ('xXb'.includes(letter)) throw verb.refuse(`\`%${letter}\` of a number with a fraction is not known here`)
  if (!'veEfFgG'.includes(letter)) return undefined
  if (!Number.isFinite(value.value)) return padded(shortest(value.value), { ...verb, flags: flags.replaceAll('0', '') })
  const size = Math.abs(value.value)
  const isNegative = value.value < 0 || Object.is(value.value, -0)
  const text = floatText(size, letter.toLowerCase(), precision)
  return signed(isNegative, letter === 'E' || letter === 'G' ? text.toUpperCase() : text, verb)
}

function floatText(size: number, letter: string, precision: number | undefined): string {
  if (letter === 'f') return fixedText(size, precision ?? 6)
  if (letter === 'e') return withExponent(exponentText(size, precision ?? 6))
  if (precision === undefined) return shortest(size)
  const digits = precision === 0 ? 1 : precision
  const [mantissa = '', power = '0'] = exponentText(size, digits - 1).split('e')
  const exponent = Number(power)
  const isShort = exponent >= -4 && exponent < digits
  const text = isShort ? fixedText(size, digits - 1 - exponent) : mantissa
  const bare = text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text
  return isShort ? bare : withExponent(`${bare}e${power}`)
}

function withExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2')
}

/** Zeros of a width stand behind the sign. */
function signed(isNegative: boolean, digits: string, verb: Verb, prefix = 0): string {
  const sign = isNegative ? '-' : verb.flags.includes('+') ? '+' : verb.flags.includes(' ') ? ' ' : ''
  if (!verb.flags.includes('0') || verb.flags.includes('-'))
    return padded(`${sign}${digits}`, { ...verb, flags: verb.flags.replaceAll('0', '') })
  const zeros = '0'.repeat(Math.max(0, (verb.width ?? 0) - sign.length - (digits.length - prefix)))
  return `${sign}${digits.slice(0, prefix)}${zeros}${digits.slice(prefix)}`
}

function padded(text: string, { width = 0, flags }: Verb): string {
  const missing = width - [...text].length
  if (missing <= 0) return text
  if (flags.includes('-')) return `${text}${' '.repeat(missing)}`
  return `${(flags.includes('0') ? '0' : ' ').repeat(missing)}${text}`
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
}

/** strconv.Quote. */
export function quoted(text: string, asciiOnly = false): string {
  return `"${[...text].map((char) => (char === '"' ? '\\"' : escaped(char, asciiOnly))).join('')}"`
}

function quotedCharacter(char: string, asciiOnly: boolean): string {
  return `'${char === "'" ? "\\'" : escaped(char, asciiOnly)}'`
}

function escaped(char: string, asciiOnly: boolean): string {
  const short = ESCAPES[char]
  if (short !== undefined) return short
  const code = char.codePointAt(0) ?? 0
  if (code >= 0x20 && code < 0x7f) return char
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`
  if (!asciiOnly && /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(char)) return char
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}
