// HTTP load: runs wrk on the core that the server does not have, and reads its report.
import { run } from './child.ts'
import { Missing } from './scope.ts'

type Load = {
  readonly url: string
  readonly connections: number
  readonly seconds: number
  readonly headers?: Readonly<Record<string, string>>
  /** Lua file that picks the requests. */
  readonly script?: string
}

type LoadReport = { readonly requestsPerSecond: number; readonly bytesPerSecond: number }

/** Throws when any answer was an error: a fast 404 is no result. */
export async function wrk(load: Load): Promise<LoadReport> {
  const headers = Object.entries(load.headers ?? {}).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const script = load.script === undefined ? [] : ['-s', load.script]
  const shape = ['-t1', `-c${load.connections}`, `-d${load.seconds}s`, '--timeout', '10s']
  const timeoutMs = load.seconds * 1000 + 30_000
  const { stdout } = await run({
    file: 'wrk',
    args: [...shape, ...headers, ...script, load.url],
    core: 'load',
    timeoutMs,
  })
  return parseReport(stdout)
}

export async function wrkVersion(): Promise<string> {
  try {
    const { output } = await run({ file: 'wrk', args: ['-v'], accept: [1] })
    return /^wrk (?:debian\/)?([\d.]+)/.exec(output)?.[1] ?? 'unknown'
  } catch {
    throw new Missing('wrk is not installed (apt-get install wrk)')
  }
}

export function parseReport(report: string): LoadReport {
  const errors = /^\s*(Non-2xx or 3xx responses: \d+|Socket errors: .*)$/m.exec(report)
  if (errors && !/connect 0, read 0, write 0, timeout 0/.test(errors[0])) throw new Error(`wrk: ${errors[1]}`)
  const requests = /^Requests\/sec:\s+([\d.]+)$/m.exec(report)?.[1]
  const transfer = /^Transfer\/sec:\s+([\d.]+)([KMGT]?B)$/m.exec(report)
  if (requests === undefined || !transfer) throw new Error(`wrk: no report in ${JSON.stringify(report.slice(0, 200))}`)
  return { requestsPerSecond: Number(requests), bytesPerSecond: Number(transfer[1]) * unitOf(transfer[2] ?? 'B') }
}

function unitOf(unit: string): number {
  return 1024 ** ['B', 'KB', 'MB', 'GB', 'TB'].indexOf(unit)
}
