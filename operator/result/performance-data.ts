// Performance data of Nagios plugins: `'label'=value[unit];warn;crit;min;max …`. A measure is read fully right or not at
// all: a wrong number is worse than none.
import type { Metric } from '../../schemas/check-result.ts'

const MAX_METRICS = 1000
const MAX_RANGE = 100
/** A dot or a comma, as the plugin's locale has it. */
const NUMBER = String.raw`[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d{1,3})?`
const AMOUNT = new RegExp(String.raw`^(${NUMBER})([^\d\s;'"=,.|:+-]{0,16})$`, 'u')
const WHOLE_NUMBER = new RegExp(`^${NUMBER}$`)
/** `10`, `10:`, `~:10`, `10:20`, and `@` before it for the opposite. */
const RANGE = new RegExp(`^@?(?:(~|${NUMBER})?:(${NUMBER})?|(${NUMBER}))$`)
/** `1,234` may be a thousand and more, or little more than one. */
const AMBIGUOUS = /^[-+]?[1-9]\d{0,2}(?:,\d{3})+$/
/** The plugin says itself that there is no value. */
const NOT_MEASURED = /^U(?:;|$)/
/** `'a label'=…` with `''` for a quote, or `label=…`. */
const WORD = /(?:'((?:[^']|'')+)'|([^\s'"=|]+))=(\S*)(?:\s+|$)/y

type PerformanceData = {
  /** Undefined when the text is no performance data, so that no word of it can be trusted. */
  readonly metrics: readonly Metric[] | undefined
  /** What was left out, as it was printed. */
  readonly unread: readonly string[]
}

export function parsePerformanceData(text: string): PerformanceData {
  const metrics: Metric[] = []
  const unread: string[] = []
  const trimmed = text.trim()
  WORD.lastIndex = 0
  for (let at = 0; at < trimmed.length; at = WORD.lastIndex) {
    const word = WORD.exec(trimmed)
    if (!word) return { metrics: undefined, unread: [trimmed] }
    const [, quotedLabel, label, measure = ''] = word
    const metric = readMeasure(quotedLabel?.replaceAll("''", "'") ?? label ?? '', measure)
    if (metric && metrics.length < MAX_METRICS) metrics.push(metric)
    else if (!NOT_MEASURED.test(measure)) unread.push(word[0].trim())
  }
  return { metrics, unread }
}

function readMeasure(label: string, measure: string): Metric | undefined {
  const [amount = '', warn = '', crit = '', min = '', max = '', ...rest] = measure.split(';')
  const name = label.trim()
  const [, digits = '', unit = ''] = AMOUNT.exec(amount) ?? []
  const value = numberOf(digits)
  const limits = { warn: limitOf(warn), crit: limitOf(crit), min: numberOf(min), max: numberOf(max) }
  const isReadable = Object.values(limits).every((limit) => limit !== undefined) && rest.every((field) => field === '')
  if (typeof value !== 'number' || name === '' || name.length > 200 || !isReadable) return undefined
  const given = Object.entries(limits).filter(([, limit]) => limit !== '')
  return { name, value, ...(unit === '' ? {} : { unit }), ...Object.fromEntries(given) }
}

/** Undefined when it is none, and the empty text for an empty field. */
function numberOf(text: string): number | '' | undefined {
  if (text === '') return ''
  if (!WHOLE_NUMBER.test(text) || AMBIGUOUS.test(text)) return undefined
  const value = Number(text.replace(',', '.'))
  return Number.isFinite(value) ? value : undefined
}

/** A plain number as one, a range as it stands. */
function limitOf(text: string): number | string | undefined {
  const number = numberOf(text)
  if (number !== undefined) return number
  const ends =
    RANGE.exec(text)
      ?.slice(1)
      .filter((end) => end !== undefined) ?? []
  const isReadable = ends.length > 0 && ends.every((end) => end === '~' || numberOf(end) !== undefined)
  return isReadable && text.length <= MAX_RANGE ? text.replaceAll(',', '.') : undefined
}
