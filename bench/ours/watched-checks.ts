// A config with many checks of servers on this machine: those of core, which run inside octo, and a shell script, which does not.
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo, Server } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { answeringGrpc, SERVING } from '../../test/support/peers/grpc-server.ts'
import { cpuMsOf, memoryOf, run, serve } from '../child.ts'
import type { Scope } from '../scope.ts'
import { octo } from './octo.ts'
import { publishCommand } from './publish.ts'
import { REPO, startRegistry } from './registry.ts'

const PLUGINS = join(import.meta.dirname, '..', '..', 'plugins')
const CORE = ['check-tcp', 'check-server-url', 'check-grpc'] as const
const SCRIPT = 'says-ok'
/** Not `1s`, which is the default and means something else for what passes. */
const INTERVAL = '1001ms'

type Amounts = { readonly core: number; readonly scripts: number }

export type Watched = {
  /** How long it took until each had run once. */
  readonly firstRoundMs: number
  /** Runs that began in each second after that, of those that were due. */
  readonly rate: number
  readonly lateness: Readonly<Record<'in-process' | 'process', { readonly p50: number; readonly p99: number }>>
  readonly peakBytes: number
  readonly cpuMsPerSecond: number
}

/** Runs `octo check --watch` for so long. */
export async function openWatchedChecks(scope: Scope, amounts: Amounts): Promise<(ms: number) => Promise<Watched>> {
  const registry = await startRegistry(scope, { name: 'watch-registry' })
  for (const name of CORE) await run(publishCommand(scope, registry, join(PLUGINS, name)))
  await run(publishCommand(scope, registry, await scriptProject(scope)))
  const folder = scope.path('watch-consumer')
  await mkdir(folder, { recursive: true })
  const key = JSON.stringify(await readFile(registry.keys.publicKey, 'utf8'))
  const services = servicesOf(await startServers(scope), amounts)
  const repos = { [REPO]: { url: `${registry.url}/repos/${REPO}.yaml`, keys: [JSON.parse(key)] } }
  await writeFile(join(folder, 'octo.json'), JSON.stringify({ operator: { repos, services } }))
  const command = octo(['check', '--watch', '--json', '-c', 'octo.json'], { cwd: folder, env: { HOME: folder } })
  await run(octo(['install', '-c', 'octo.json'], { cwd: folder, env: { HOME: folder } }))
  return async (ms) => {
    const watch = await serve(command, /"kind":"begin"/)
    const cpuBefore = cpuMsOf(watch.pid)
    await delay(ms)
    const [cpuMs, peakBytes] = [cpuMsOf(watch.pid) - cpuBefore, memoryOf(watch.pid, 'VmHWM')]
    await watch.stop()
    const lines = watch.stdout().trim().split('\n')
    return { ...read(lines, amounts), peakBytes, cpuMsPerSecond: (cpuMs * 1000) / ms }
  }
}

async function scriptProject(scope: Scope): Promise<string> {
  const folder = scope.path('script-project')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'says-ok'), '#!/bin/sh\necho "OK - fine"\n')
  await chmod(join(folder, 'says-ok'), 0o755)
  const head = [`name: ${SCRIPT}`, 'version: 1.0.0', 'kind: tool', 'description: Says that all is well']
  const rest = ['protocol: exec', 'output: check/v1', 'platforms: {any: {file: says-ok, runtime: {name: sh}}}']
  await writeFile(join(folder, 'plugin.yaml'), `${[...head, ...rest].join('\n')}\n`)
  return folder
}

/** Where each check of core finds what it asks. */
async function startServers(scope: Scope): Promise<Readonly<Record<(typeof CORE)[number], object>>> {
  const web = await listening(
    createServer((_request, response) => response.end('fine')),
    scope,
  )
  // Each check opens a connection of its own, and says first what it speaks.
  const grpc = await listening(
    answeringGrpc(createHttp2Server(), () => SERVING),
    scope,
  )
  return {
    'check-tcp': { host: '127.0.0.1', port: web },
    'check-server-url': { url: `http://127.0.0.1:${web}/` },
    'check-grpc': { url: `grpc://127.0.0.1:${grpc}` },
  }
}

async function listening(server: Server, scope: Scope): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  scope.onClose(async () => void server.close())
  return (server.address() as AddressInfo).port
}

/** Ten checks for each service. */
function servicesOf(args: Awaited<ReturnType<typeof startServers>>, { core, scripts }: Amounts) {
  const items = Array.from({ length: core + scripts }, (_, index) => {
    // Spread among the services.
    const isScript =
      Math.floor(((index + 1) * scripts) / (core + scripts)) > Math.floor((index * scripts) / (core + scripts))
    if (isScript) return { tool: SCRIPT, interval: INTERVAL }
    const tool = CORE[index % CORE.length] ?? CORE[0]
    return { tool, args: args[tool], interval: INTERVAL }
  })
  const groups = Map.groupBy(items.entries(), ([index]) => Math.floor(index / 10))
  return Object.fromEntries([...groups].map(([at, own]) => [`service-${at}`, { health: own.map(([, item]) => item) }]))
}

type Line = {
  readonly kind: string
  readonly at: string
  readonly passed?: boolean
  readonly checks?: Readonly<Record<'in-process' | 'process', number>>
  readonly lateness?: Readonly<Record<'in-process' | 'process', { runs: number; p50: number; p99: number }>>
}

function read(lines: readonly string[], amounts: Amounts): Omit<Watched, 'peakBytes' | 'cpuMsPerSecond'> {
  const all = lines.map((line) => JSON.parse(line) as Line)
  const [begin, first, end] = ['begin', 'first-round', 'end'].map((wanted) => all.find(({ kind }) => kind === wanted))
  if (!begin || !first?.lateness || !end?.lateness) throw new Error('the watch did not say how it went')
  if (begin.checks?.['in-process'] !== amounts.core)
    throw new Error("octo's own checks run as processes here: make the bundle first, by `node tools/bundle/main.ts`")
  if (!end.passed) throw new Error(`not all checks passed: ${lines.at(-1)}`)
  const runs = ({ lateness }: Line) => (lateness?.['in-process'].runs ?? 0) + (lateness?.process.runs ?? 0)
  return {
    firstRoundMs: msBetween(begin, first),
    rate: ((runs(end) - runs(first)) * 1000) / msBetween(first, end),
    lateness: end.lateness,
  }
}

function msBetween(from: Line, to: Line): number {
  return Date.parse(to.at) - Date.parse(from.at)
}
