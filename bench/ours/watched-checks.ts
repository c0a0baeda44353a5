// A config with many checks of servers on this machine, in three lanes: those of core, which run inside octo, two plugins that stay, and
// a shell script, which is started for each run.
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo, Server } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { build } from 'esbuild'
import { bundleOptions } from '../../plugins/bundle-options.js'
import { answeringGrpc, SERVING } from '../../test/support/peers/grpc-server.ts'
import { cpuMsOf, memoryOf, run, serve } from '../child.ts'
import type { Scope } from '../scope.ts'
import { octo } from './octo.ts'
import { publishCommand } from './publish.ts'
import { REPO, startRegistry } from './registry.ts'
import type { Amounts } from './spread-kinds.ts'
import { spreadKinds } from './spread-kinds.ts'

const PLUGINS = join(import.meta.dirname, '..', '..', 'plugins')
const CORE = ['check-tcp', 'check-server-url', 'check-grpc'] as const
const SCRIPT = 'says-ok'
const RESIDENTS = ['stays-one', 'stays-two'] as const
const LANES = ['in-process', 'resident', 'process'] as const
type LaneKind = (typeof LANES)[number]
/** Not `1s`, which is the default and means something else for what passes. */
const INTERVAL = '1001ms'

export type Watched = {
  /** How long it took until each had run once. */
  readonly firstRoundMs: number
  /** Runs that began in each second after each had run twice. */
  readonly rate: number
  readonly lateness: Readonly<Record<LaneKind, { readonly p50: number; readonly p99: number }>>
  readonly peakBytes: number
  readonly cpuMsPerSecond: number
}

/** Runs `octo check --watch` for so long. */
export async function openWatchedChecks(scope: Scope, amounts: Amounts): Promise<(ms: number) => Promise<Watched>> {
  const registry = await startRegistry(scope, { name: 'watch-registry' })
  for (const name of CORE) await run(publishCommand(scope, registry, join(PLUGINS, name)))
  await run(publishCommand(scope, registry, await scriptProject(scope)))
  for (const name of RESIDENTS) await run(publishCommand(scope, registry, await residentProject(scope, name)))
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

/** With octo's sdk, as an author would; two of them, as one process does not see the other. */
async function residentProject(scope: Scope, name: string): Promise<string> {
  const folder = scope.path(`${name}-project`)
  await mkdir(folder, { recursive: true })
  const sdk = JSON.stringify(join(PLUGINS, '..', 'sdk', 'index.ts'))
  const definition = `{ name: '${name}', version: '1.0.0', summary: 'all is well', options: {}, run: async () => ok('fine') }`
  await writeFile(
    join(folder, 'main.ts'),
    `import { defineCheck, ok } from ${sdk}\nvoid defineCheck(${definition}).main()\n`,
  )
  await build({ ...bundleOptions('main.ts'), absWorkingDir: folder, outfile: join(folder, 'check.cjs'), write: true })
  const head = [`name: ${name}`, 'version: 1.0.0', 'kind: tool', 'description: Says that all is well, and stays']
  const rest = ['protocol: exec', 'output: check/v1', 'resident: lines/v1']
  const platforms = 'platforms: {any: {file: check.cjs, runtime: {name: node}}}'
  await writeFile(join(folder, 'plugin.yaml'), `${[...head, ...rest, platforms].join('\n')}\n`)
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
function servicesOf(args: Awaited<ReturnType<typeof startServers>>, amounts: Amounts) {
  const items = spreadKinds(amounts).map((kind, index) => {
    if (kind === 'scripts') return { tool: SCRIPT, interval: INTERVAL }
    if (kind === 'residents') return { tool: RESIDENTS[index % RESIDENTS.length], interval: INTERVAL }
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
  readonly checks?: Readonly<Record<LaneKind, number>>
  readonly lateness?: Readonly<Record<LaneKind, { runs: number; p50: number; p99: number }>>
}

function read(lines: readonly string[], amounts: Amounts): Omit<Watched, 'peakBytes' | 'cpuMsPerSecond'> {
  const all = lines.map((line) => JSON.parse(line) as Line)
  const [begin, first, second, end] = ['begin', 'first-round', 'second-round', 'end'].map((wanted) =>
    all.find(({ kind }) => kind === wanted),
  )
  if (!begin || !first || !second?.lateness || !end?.lateness) throw new Error('the watch did not say how it went')
  requireLanes(begin, amounts)
  if (!end.passed) throw new Error(`not all checks passed: ${lines.at(-1)}`)
  const runs = ({ lateness }: Line) => LANES.reduce((sum, lane) => sum + (lateness?.[lane].runs ?? 0), 0)
  return {
    firstRoundMs: msBetween(begin, first),
    rate: ((runs(end) - runs(second)) * 1000) / msBetween(second, end),
    lateness: end.lateness,
  }
}

/** A run with other lanes than the table says would be measured under a wrong name. */
function requireLanes({ checks }: Line, { core, residents, scripts }: Amounts): void {
  const wanted = { 'in-process': core, resident: residents, process: scripts }
  const wrong = LANES.filter((lane) => checks?.[lane] !== wanted[lane])
  if (wrong.length === 0) return
  const found = wrong.map((lane) => `${checks?.[lane]} of ${wanted[lane]} ${lane}`)
  throw new Error(`the checks do not run in the lanes that are measured: ${found.join(', ')}`)
}

function msBetween(from: Line, to: Line): number {
  return Date.parse(to.at) - Date.parse(from.at)
}
