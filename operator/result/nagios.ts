// Output of Nagios plugins: a line of text for people, further lines, and performance data after a `|` in the first line
// and at the end. Thousands of checks speak it.
import type { CheckStatus, Metric } from '../../schemas/check-result.ts'
import { printable } from '../../schemas/quote.ts'
import type { Captured } from '../../system/process/captured-output.ts'
import { parsePerformanceData } from './performance-data.ts'
import { shownLines } from './plain-text.ts'
import { summaryOf } from './report.ts'
import { statusInText } from './verdicts.ts'

export type NagiosOutput = {
  /** Every line but the performance data. */
  readonly lines: readonly string[]
  readonly metrics: readonly Metric[]
  /** What stands in the place of measures and is none. */
  readonly unread: readonly string[]
}

const MAX_LINES = 50
const MAX_LINE = 500
const MAX_UNREAD = 10

export function parseNagios(output: Captured): NagiosOutput {
  const [first = '', ...others] = shownLines(output.text)
  const start = splitAtBar(first)
  const from = others.findIndex((line) => line.includes('|'))
  const end = from < 0 ? { text: '', data: '' } : splitAtBar(others.slice(from).join('\n'))
  const [atStart, atEnd] = [parsePerformanceData(start.data), parsePerformanceData(end.data)]
  const [startMetrics, endMetrics] = [atStart.metrics, atEnd.metrics]
  const texts = [
    ...[start.text, ...unread(start.data, startMetrics)],
    ...(from < 0 || !endMetrics ? others : [...others.slice(0, from), end.text]),
  ]
  // Of a measure that was cut off, a part looks like a whole one.
  const metrics = output.droppedBytes > 0 ? [] : [...(startMetrics ?? []), ...(endMetrics ?? [])]
  const leftOut = [...atStart.unread, ...atEnd.unread]
  return { lines: texts.map((text) => text.trim()).filter((text) => text !== ''), metrics, unread: leftOut }
}

function splitAtBar(text: string): { text: string; data: string } {
  const at = text.indexOf('|')
  return at < 0 ? { text, data: '' } : { text: text.slice(0, at), data: text.slice(at + 1) }
}

/** What stands behind the bar and is no performance data may be the reason. */
function unread(data: string, metrics: readonly Metric[] | undefined): readonly string[] {
  return metrics ? [] : [data]
}

type Told = {
  readonly summary: string
  readonly furtherLines?: readonly string[]
  readonly metrics?: readonly Metric[]
  readonly unreadMetrics?: readonly string[]
}

/** What a report shows of the text: in one line the one that fits the status, the others below. */
export function tellNagios({ lines, metrics, unread }: NagiosOutput, status: CheckStatus, fallback: string): Told {
  const fitting = lines.findIndex((line) => statusInText(line) === status)
  const chosen = Math.max(0, fitting)
  const further = lines.filter((_, index) => index !== chosen)
  const shown = further.slice(0, MAX_LINES).map((line) => printable(line, MAX_LINE))
  const more = further.length > MAX_LINES ? [`… ${further.length - MAX_LINES} more lines`] : []
  return {
    summary: summaryOf(lines[chosen] ?? fallback),
    ...(further.length > 0 ? { furtherLines: [...shown, ...more] } : {}),
    ...(metrics.length > 0 ? { metrics } : {}),
    ...(unread.length > 0
      ? { unreadMetrics: unread.slice(0, MAX_UNREAD).map((text) => printable(text, MAX_LINE)) }
      : {}),
  }
}
