// The reports of a run beside what is shown: each that can be written is, and then the first that cannot is the error.
import { resolve } from 'node:path'
import type { CodedError } from '../../schemas/errors.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { settled } from '../../system/async/limit.ts'
import type { Environment } from '../../system/http/proxy.ts'
import { requireFormerReport } from '../metrics/former-report.ts'
import type { MeasuresOptions } from '../metrics/measures-target.ts'
import { isAddress, requireTarget, writeMeasures } from '../metrics/measures-target.ts'
import type { CheckRun } from './check-run.ts'
import { familiesOfRun } from './families.ts'
import { renderHtml } from './render-html.ts'
import { renderJunit } from './render-junit.ts'
import { HTML, JUNIT, writeReport } from './write-report.ts'

export type ReportOptions = MeasuresOptions & {
  readonly junit?: string | undefined
  readonly html?: string | undefined
}

/** Throws USAGE or ALREADY_EXISTS for what can never be written, before anything runs. */
export function requireReports(options: ReportOptions): void {
  const { junit, html, metrics } = options
  requireTarget(options, 'octo check --metrics checks.prom --world-readable')
  if (junit !== undefined) requireFormerReport(junit, JUNIT)
  if (html !== undefined) requireFormerReport(html, HTML)
  const files = [junit, html, metrics === undefined || isAddress(metrics) ? undefined : metrics]
  const paths = files.flatMap((file) => (file === undefined ? [] : resolve(file)))
  const twice = paths.find((path, index) => paths.indexOf(path) < index)
  if (twice !== undefined)
    throw coded('USAGE', { message: `two reports are named ${quote(twice)}, expected a file for each` })
}

type Writing = { readonly env: Environment; readonly warn: (line: string) => void }

/** Throws ALREADY_EXISTS, IO_FAILED, NO_SPACE, FETCH_FAILED or FETCH_REFUSED, with the results shown already. */
export async function writeReports(run: CheckRun, options: ReportOptions, { env, warn }: Writing): Promise<void> {
  const { junit, html, metrics, worldReadable = false } = options
  const writing = [
    ...(junit === undefined ? [] : [() => writeReport(junit, renderJunit(run), JUNIT)]),
    ...(html === undefined ? [] : [() => writeReport(html, renderHtml(run), HTML)]),
    ...(metrics === undefined ? [] : [() => writeMetrics(metrics, run, { isWorldReadable: worldReadable, env, warn })]),
  ]
  const written = await Promise.all(writing.map(settled))
  const failed = written.find(
    (one): one is { readonly state: 'failed'; readonly error: CodedError } => one.state === 'failed',
  )
  if (failed) throw failed.error
}

type Sending = Writing & { readonly isWorldReadable: boolean }

async function writeMetrics(target: string, run: CheckRun, sending: Sending): Promise<void> {
  const at = new Date(run.startedAt.getTime() + run.durationMs)
  await writeMeasures(target, { families: familiesOfRun(run), resource: { ...run, at }, ...sending })
}
