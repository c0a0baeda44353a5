// Functions that Go's templates do not have, under the names and with the order of arguments that Helm and Sprig gave them:
// the text that is worked on comes last, so that it can be piped.
import { printable } from '../../../schemas/quote.ts'
import { printed } from '../print.ts'
import { formatted, quoted } from '../printf.ts'
import type { Value } from '../value.ts'
import { isTrue, itemsIn, kindOf, listOf, textValue } from '../value.ts'
import type { Call, TemplateFunction } from './call.ts'
import { onLines, requireSomething, reserve, textIn } from './call.ts'

const COMPARISONS_OF_A_STEP = 4096
const MANY = Number.POSITIVE_INFINITY
/** Of what `required` says. */
const MAX_SENTENCE = 300
const ofTexts = (count: number, run: (texts: readonly string[], call: Call) => Value): TemplateFunction => ({
  least: count,
  most: count,
  run: (values, call) =>
    run(
      values.map((value) => textIn(value, call)),
      call,
    ),
})
const onText = (run: (text: string) => string) => ofTexts(1, ([text = '']) => textValue(run(text)))
const asks = (ask: (text: string, part: string) => boolean) =>
  ofTexts(2, ([part = '', text = '']) => ({ kind: 'bool', value: ask(text, part) }))

export const TEXTS: Readonly<Record<string, TemplateFunction>> = {
  print: { least: 0, most: MANY, run: (values, call) => textValue(printed(somethings(values, call), call.meter)) },
  println: {
    least: 0,
    most: MANY,
    run: (values, call) =>
      textValue(
        `${somethings(values, call)
          .map((value) => printed([value], call.meter))
          .join(' ')}\n`,
      ),
  },
  printf: {
    least: 1,
    most: MANY,
    run: ([format, ...values], call) => {
      const text = print(format as Value, values, call)
      const isQuoted = format?.kind === 'string' && format.value === '%q' && values[0]?.kind === 'string'
      return isQuoted ? inQuotes(values, text, call) : textValue(text)
    },
  },
  upper: onText((text) => text.toUpperCase()),
  lower: onText((text) => text.toLowerCase()),
  trim: { least: 1, most: 1, run: ([text], call) => onLines(text, call, (lines) => lines.trim()) },
  squote: {
    least: 1,
    most: MANY,
    run: (values, call) => inQuotes(values, values.map((value) => `'${textIn(value, call)}'`).join(' '), call),
  },
  quote: {
    least: 1,
    most: MANY,
    run: (values, call) => inQuotes(values, values.map((value) => quoted(textIn(value, call))).join(' '), call),
  },
  contains: ofTexts(2, ([part = '', text = ''], call) => {
    search(text, part, call)
    return { kind: 'bool', value: text.includes(part) }
  }),
  hasPrefix: asks((text, part) => text.startsWith(part)),
  hasSuffix: asks((text, part) => text.endsWith(part)),
  replace: ofTexts(3, ([from = '', to = '', text = ''], call) => {
    search(text, from, call)
    const count = from === '' ? [...text].length + 1 : text.split(from).length - 1
    reserve(text.length + count * to.length, call)
    return textValue(
      from === '' ? `${to}${[...text].map((char) => `${char}${to}`).join('')}` : text.replaceAll(from, () => to),
    )
  }),
  split: ofTexts(2, ([separator = '', text = ''], call) => {
    search(text, separator, call)
    const parts = separator === '' ? [...text] : text.split(separator)
    call.meter.spend(parts.length)
    return listOf(parts.map(textValue))
  }),
  join: {
    least: 2,
    most: 2,
    run: ([separator, list], call) => {
      const between = textIn(separator, call)
      requireSomething(list, call)
      if (list.kind !== 'list') throw call.fail(`expected a list, found ${kindOf(list)}`)
      call.meter.spend(list.length())
      const texts = itemsIn(list).map((item) => textIn(item, call))
      reserve(texts.length * between.length, call)
      return textValue(texts.join(between))
    },
  },
  default: {
    least: 2,
    most: 2,
    run: ([otherwise, value]) => (isTrue(value as Value) ? (value as Value) : (otherwise as Value)),
  },
  required: {
    least: 2,
    most: 2,
    run: ([message, value], call) => {
      const isGiven = value !== undefined && value.kind !== 'missing' && value.kind !== 'nil'
      if (isGiven && !(value.kind === 'string' && value.value === '')) return value
      throw call.fail(printable(textIn(message, call), MAX_SENTENCE))
    },
  },
  toInt: { least: 1, most: 1, run: ([value], call) => whole(value as Value, call) },
}

/** At worst all of the part is compared at every place of the text. */
function search(text: string, part: string, call: Call): void {
  call.meter.spend(Math.floor((text.length * part.length) / COMPARISONS_OF_A_STEP))
}

/** In the text of a document, quotes around one value say that it is a text, and are no part of it. */
function inQuotes(values: readonly Value[], text: string, call: Call): Value {
  const [value, more] = values
  if (!call.structure || more) return textValue(text)
  return { kind: 'string', value: text, structure: call.structure.sign(textValue(textIn(value, call)), text) }
}

function somethings(values: readonly Value[], call: Call): readonly Value[] {
  if (call.prints === 'plain values') for (const value of values) requireSomething(value, call)
  return values
}

function print(format: Value, values: readonly Value[], call: Call): string {
  if (format.kind !== 'string') throw call.fail(`expected a text as the format, found ${kindOf(format)}`)
  return formatted(format.value, somethings(values, call), {
    maxWidth: 1000,
    refuse: (problem) => call.fail(problem),
    meter: call.meter,
  })
}

function whole(value: Value, call: Call): Value {
  requireSomething(value, call)
  if (value.kind === 'int') return { kind: 'int', value: value.value }
  if (value.kind === 'float' && Number.isSafeInteger(value.value)) return { kind: 'int', value: BigInt(value.value) }
  const text = value.kind === 'string' ? value.value.trim() : ''
  if (/^[+-]?(?:0|[1-9][0-9]{0,17})$/.test(text)) return { kind: 'int', value: BigInt(text.replace(/^\+/, '')) }
  // Not the text itself: it may be a secret.
  throw call.fail(`expected a whole number, found ${kindOf(value)}`)
}
