// The reports of a run beside what is shown: each that can be written is, and then the first that cannot is the error.
import type { CodedError } from '../../schemas/errors.ts'
import { settled } from '../../system/async/limit.ts'
import type { Environment } from '../../system/http/proxy.ts'
import type { MeasuresOptions } from '../metrics/measures-target.ts'
import { requireTarget, writeMeasures } from '../metrics/measures-target.ts'
import type { CheckRun } from './check-run.ts'
import { familiesOfRun } from './families.ts'
import { renderHtml } from './render-html.ts'
import { renderJunit } from './render-junit.ts'
import { writeReport } from './write-report.ts'

export type ReportOptions = MeasuresOptions & {
  readonly junit?: string | undefined
  readonly html?: string | undefined
}

/** Throws USAGE for what can never be written, before anything runs. */
export function requireReports(options: ReportOptions): void {
  requireTarget(options, 'octo check --metrics checks.prom --world-readable')
}

/** Throws IO_FAILED, NO_SPACE, FETCH_FAILED or FETCH_REFUSED, with the results shown already. */
export async function writeReports(run: CheckRun, options: ReportOptions, env: Environment): Promise<void> {
  const { junit, html, metrics, worldReadable = false } = options
  const writing = [
    ...(junit === undefined ? [] : [() => writeReport(junit, renderJunit(run))]),
    ...(html === undefined ? [] : [() => writeReport(html, renderHtml(run))]),
    ...(metrics === undefined ? [] : [() => writeMetrics(metrics, run, { isWorldReadable: worldReadable, env })]),
  ]
  const written = await Promise.all(writing.map(settled))
  const failed = written.find(
    (one): one is { readonly state: 'failed'; readonly error: CodedError } => one.state === 'failed',
  )
  if (failed) throw failed.error
}

type Sending = { readonly isWorldReadable: boolean; readonly env: Environment }

async function writeMetrics(target: string, run: CheckRun, sending: Sending): Promise<void> {
  const at = new Date(run.startedAt.getTime() + run.durationMs)
  await writeMeasures(target, { families: familiesOfRun(run), resource: { ...run, at }, ...sending })
}
