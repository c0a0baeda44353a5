// Where measures go that `--metrics` names: a file for the textfile collector of node_exporter, or a collector that takes OTLP over HTTP.
import { coded } from '../../schemas/errors.ts'
import { printable, quote } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import type { HttpReply } from '../../system/http/connection.ts'
import { openConnection } from '../../system/http/connection.ts'
import type { Environment } from '../../system/http/proxy.ts'
import type { Family } from './exposition.ts'
import { isLikeAddress, requireFormerReport } from './former-report.ts'
import type { Resource } from './otlp.ts'
import { otlpRequest } from './otlp.ts'
import { rejectedBy } from './rejected-points.ts'
import { MEASURES, writeExposition } from './write-exposition.ts'

export type MeasuresOptions = {
  /** A file, or the address of a collector. */
  readonly metrics?: string | undefined
  readonly worldReadable?: boolean | undefined
}

/** Throws USAGE or ALREADY_EXISTS for what can never be written. `example`: words that are right. */
export function requireTarget({ metrics, worldReadable = false }: MeasuresOptions, example: string): void {
  const isFile = metrics !== undefined && !isAddress(metrics) && !isLikeAddress(metrics)
  if (worldReadable && !isFile)
    throw coded('USAGE', {
      message: '`--world-readable` is about a file of measures, and none is named',
      hint: `name one: \`${example}\``,
    })
  if (metrics === undefined) return
  if (isFile) {
    requireFormerReport(metrics, MEASURES)
    return
  }
  const url = isAddress(metrics) && URL.canParse(metrics) ? new URL(metrics) : undefined
  if (url && url.username === '' && url.password === '') return
  throw coded('USAGE', {
    message: `${quote(shownAddress(metrics))} is no address of a collector, expected for example \`http://127.0.0.1:4318/v1/metrics\``,
  })
}

type Measures = {
  readonly families: readonly Family[]
  readonly resource: Resource
  readonly isWorldReadable: boolean
  readonly env: Environment
  /** Told what a collector did not keep. */
  readonly warn: (line: string) => void
}

/** Throws ALREADY_EXISTS, IO_FAILED, NO_SPACE, FETCH_FAILED or FETCH_REFUSED. */
export async function writeMeasures(target: string, measures: Measures): Promise<void> {
  const { families, resource, isWorldReadable, env, warn } = measures
  if (isAddress(target)) await send(new URL(target), otlpRequest(families, resource), { env, warn })
  else await writeExposition(target, families, { isWorldReadable })
}

export function isAddress(target: string): boolean {
  return /^https?:/i.test(target)
}

/** A collector that is away is tried by the next run. */
async function send(url: URL, request: object, { env, warn }: Pick<Measures, 'env' | 'warn'>): Promise<void> {
  const base = new URL('.', url)
  using connection = openConnection(base, { env })
  const reply = await connection.send({
    method: 'POST',
    path: url.href.slice(base.href.length),
    json: request,
    signal: AbortSignal.timeout(SEND_MS),
  })
  const shown = shownAddress(url.href)
  if (reply.status >= 200 && reply.status < 300) return tellRejected(reply, shown, warn)
  throw coded('FETCH_REFUSED', {
    message: `collector ${quote(shown)} answers ${reply.status}; the results are shown above`,
    details: { url: shown, status: reply.status },
  })
}

const SEND_MS = 10_000

/** Sent again they would be rejected again, so the run goes on. */
function tellRejected({ text }: HttpReply, shown: string, warn: Measures['warn']): void {
  const rejected = rejectedBy(text)
  if (rejected === undefined) return
  const { count, why } = rejected
  const what = count === '0' ? 'says of the measures' : `did not keep ${count} of the measures`
  warn(`collector ${quote(shown)} ${what}${why === '' ? '' : `: ${printable(why, 500)}`}`)
}
