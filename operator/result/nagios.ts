// Output of Nagios plugins: `text | 'label'=value[unit];warn;crit;min;max …`. Thousands of checks speak it.
import type { Metric } from '../../schemas/check-result.ts'

export type NagiosOutput = {
  readonly text: string
  readonly metrics: readonly Metric[]
  /** The text says a status or carries measures, so a check wrote it and not a crash. */
  readonly isResult: boolean
}

const STATUS_WORD = /\b(?:OK|WARN|WARNING|CRIT|CRITICAL|UNKNOWN)\b/
const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?/
const MAX_METRICS = 1000

/** Reads standard output; the first line is the text, measures may follow a `|` in it and in the last lines. */
export function parseNagios(stdout: string): NagiosOutput {
  const [first = '', ...others] = stdout
    .replace(/\r/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
  const [text = '', ...measures] = first.split('|')
  const later = others.join('\n').split('|').slice(1).join(' ')
  const metrics = parseMeasures(`${measures.join('|')} ${later}`)
  return { text: text.trim(), metrics, isResult: STATUS_WORD.test(text) || metrics.length > 0 }
}

function parseMeasures(text: string): Metric[] {
  const metrics: Metric[] = []
  for (let at = 0; at < text.length && metrics.length < MAX_METRICS; ) {
    const label = readLabel(text, at)
    if (!label) break
    const end = endOfWord(text, label.end)
    const metric = readMeasure(label.name, text.slice(label.end, end))
    if (metric) metrics.push(metric)
    at = end
  }
  return metrics
}

/** `'a label'=` with `''` for a quote, or `label=`. */
function readLabel(text: string, from: number): { name: string; end: number } | undefined {
  let at = from
  while (/\s/.test(text[at] ?? '')) at++
  if (text[at] !== "'") {
    const equals = text.indexOf('=', at)
    return equals < 0 ? undefined : { name: text.slice(at, equals).split(/\s/).at(-1) ?? '', end: equals + 1 }
  }
  let name = ''
  for (at++; at < text.length; at++) {
    if (text[at] !== "'") name += text[at]
    else if (text[at + 1] === "'") name += text[at++]
    else break
  }
  return text[at + 1] === '=' ? { name, end: at + 2 } : undefined
}

function endOfWord(text: string, from: number): number {
  let at = from
  while (at < text.length && !/\s/.test(text[at] ?? '')) at++
  return at
}

/** A value of `U` means that it could not be measured. */
function readMeasure(label: string, word: string): Metric | undefined {
  const [amount = '', warn, crit, min, max] = word.split(';')
  const value = NUMBER.exec(amount)?.[0]
  const name = label.trim().slice(0, 200)
  if (value === undefined || name === '' || !Number.isFinite(Number(value))) return undefined
  const unit = amount.slice(value.length, value.length + 16)
  return {
    ...{ name, value: Number(value) },
    ...(unit === '' ? {} : { unit }),
    ...limit('warn', warn),
    ...limit('crit', crit),
    ...limit('min', min),
    ...limit('max', max),
  }
}

/** Of a range such as `10:20` or `~:20` the upper end; an inverted range has none. */
function limit(key: 'warn' | 'crit' | 'min' | 'max', text = ''): Partial<Metric> {
  const upper = text.startsWith('@') ? '' : (text.split(':').at(-1) ?? '')
  const whole = NUMBER.exec(upper)?.[0] === upper && upper !== ''
  return whole ? { [key]: Number(upper) } : {}
}
