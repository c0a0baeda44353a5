// Renders numbers in the text format that Prometheus scrapes and the textfile collector of node_exporter reads. Names are ours;
// what stands in labels may be anybody's, and stays one label of one line. A series that stands twice would have a reader refuse all of
// them, so that only the first of it is written.
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'

export type Labels = Readonly<Record<string, string>>

export type Sample = {
  readonly labels: Labels
  readonly value: number
  /** Of a summary. */
  readonly part?: 'sum' | 'count'
}

export type Family = {
  /** `octo_…`, with its unit, and `_total` at the end of a counter. */
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'summary'
  readonly help: string
  readonly samples: readonly Sample[]
}

export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/
/** What is longer tells nobody more. */
const MAX_LABEL = 256

/** Families without samples are left out. */
export function renderExposition(families: readonly Family[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(renderFamily)
    .join('')
}

function renderFamily({ name, type, help, samples }: Family): string {
  const lines = new Map<string, string>()
  for (const { labels, value, part } of samples) {
    const series = `${own(NAME, part === undefined ? name : `${name}_${part}`)}${renderLabels(labels)}`
    if (!lines.has(series)) lines.set(series, `${series} ${renderValue(value)}\n`)
  }
  return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n${[...lines.values()].join('')}`
}

function renderLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${own(LABEL, name)}="${labelText(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function labelText(value: string): string {
  return escaped(value.toWellFormed().slice(0, MAX_LABEL).toWellFormed()).replaceAll('"', '\\"')
}

/** Of the three characters that mean something there. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function renderValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (Number.isFinite(value)) return String(value)
  return value > 0 ? '+Inf' : '-Inf'
}

function own(form: RegExp, name: string): string {
  if (form.test(name)) return name
  throw coded('INTERNAL', { message: `${quote(name)} is no name of a metric` })
}
