// Where measures go that `--metrics` names: a file for the textfile collector of node_exporter, or a collector that takes OTLP over HTTP.
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import { openConnection } from '../../system/http/connection.ts'
import type { Environment } from '../../system/http/proxy.ts'
import type { Family } from './exposition.ts'
import type { Resource } from './otlp.ts'
import { otlpRequest } from './otlp.ts'
import { writeExposition } from './write-exposition.ts'

export type MeasuresOptions = {
  /** A file, or the address of a collector. */
  readonly metrics?: string | undefined
  readonly worldReadable?: boolean | undefined
}

/** Throws USAGE for what can never be written. `example`: words that are right. */
export function requireTarget({ metrics, worldReadable = false }: MeasuresOptions, example: string): void {
  const isFile = metrics !== undefined && !isAddress(metrics)
  if (worldReadable && !isFile)
    throw coded('USAGE', {
      message: '`--world-readable` is about a file of measures, and none is named',
      hint: `name one: \`${example}\``,
    })
  if (metrics === undefined || isFile) return
  if (URL.canParse(metrics) && new URL(metrics).username === '' && new URL(metrics).password === '') return
  throw coded('USAGE', {
    message: `${quote(shownAddress(metrics))} is no address of a collector, expected for example \`http://127.0.0.1:4318/v1/metrics\``,
  })
}

type Measures = {
  readonly families: readonly Family[]
  readonly resource: Resource
  readonly isWorldReadable: boolean
  readonly env: Environment
}

/** Throws IO_FAILED, NO_SPACE, FETCH_FAILED or FETCH_REFUSED. */
export async function writeMeasures(target: string, measures: Measures): Promise<void> {
  const { families, resource, isWorldReadable, env } = measures
  if (isAddress(target)) await send(new URL(target), otlpRequest(families, resource), env)
  else await writeExposition(target, families, { isWorldReadable })
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
