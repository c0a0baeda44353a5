// The reports of a run beside what is shown: each that can be written is, and then the first that cannot is the error.
import type { CodedError } from '../../schemas/errors.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import { settled } from '../../system/async/limit.ts'
import { openConnection } from '../../system/http/connection.ts'
import type { Environment } from '../../system/http/proxy.ts'
import { otlpRequest } from '../metrics/otlp.ts'
import { writeExposition } from '../metrics/write-exposition.ts'
import type { CheckRun } from './check-run.ts'
import { familiesOfRun } from './families.ts'
import { renderHtml } from './render-html.ts'
import { renderJunit } from './render-junit.ts'
import { writeReport } from './write-report.ts'

export type ReportOptions = {
  readonly junit?: string | undefined
  readonly html?: string | undefined
  /** A file, or the address of a collector. */
  readonly metrics?: string | undefined
  readonly worldReadable?: boolean | undefined
}

/** Throws USAGE for what can never be written, before anything runs. */
export function requireReports({ metrics, worldReadable = false }: ReportOptions): void {
  const isFile = metrics !== undefined && !isAddress(metrics)
  if (worldReadable && !isFile)
    throw coded('USAGE', {
      message: '`--world-readable` is about a file of measures, and none is named',
      hint: 'name one: `octo check --metrics checks.prom --world-readable`',
    })
  if (metrics === undefined || isFile) return
  if (URL.canParse(metrics) && new URL(metrics).username === '' && new URL(metrics).password === '') return
  throw coded('USAGE', {
    message: `${quote(shownAddress(metrics))} is no address of a collector, expected for example \`http://127.0.0.1:4318/v1/metrics\``,
  })
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

async function writeMetrics(target: string, run: CheckRun, { isWorldReadable, env }: Sending): Promise<void> {
  const families = familiesOfRun(run)
  if (isAddress(target))
    return send(
      new URL(target),
      otlpRequest(families, { ...run, at: new Date(run.startedAt.getTime() + run.durationMs) }),
      env,
    )
  await writeExposition(target, families, { isWorldReadable })
}

function isAddress(target: string): boolean {
  return /^https?:/i.test(target)
}

/** OTLP/HTTP: 200 is an answer, whatever it says; a collector that is away is tried by the next run. */
async function send(url: URL, request: object, env: Environment): Promise<void> {
  const base = new URL('.', url)
  using connection = openConnection(base, { env })
  const reply = await connection.send({
    method: 'POST',
    path: url.href.slice(base.href.length),
    json: request,
    signal: AbortSignal.timeout(SEND_MS),
  })
  if (reply.status >= 200 && reply.status < 300) return
  const shown = shownAddress(url.href)
  throw coded('FETCH_REFUSED', {
    message: `collector ${quote(shown)} answers ${reply.status}; the results are shown above`,
    details: { url: shown, status: reply.status },
  })
}

const SEND_MS = 10_000
