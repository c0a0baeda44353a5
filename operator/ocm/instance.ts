// One running instance of a service plugin: started with its config, heard until it says where it listens, asked whether it is
// well, and ended with all that it started. Whatever happens, nothing of it is left: no process, no socket, no folder.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import type { Announcement, ListenAddress } from '../../schemas/contract/ocm/announcement.ts'
import { parseAnnouncement, renderAnnouncement } from '../../schemas/contract/ocm/announcement.ts'
import { renderPluginConfig } from '../../schemas/contract/ocm/plugin-config.ts'
import { HEALTH_PATH } from '../../schemas/contract/ocm/refusals.ts'
import type { Typed } from '../../schemas/contract/ocm/type-name.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import { printable, quote } from '../../schemas/quote.ts'
import type { Connection } from '../../system/http/connection.ts'
import { openConnection } from '../../system/http/connection.ts'
import { launch } from '../../system/process/launch.ts'
import { holdGroup, releaseGroup } from '../../system/process/process-group.ts'
import { pluginEnvironment } from '../exec/environment.ts'
import { pluginLaunchWords } from '../exec/launch-words.ts'
import type { PluginLine } from './lines.ts'
import { readPluginLines } from './lines.ts'
import type { ServicePlugin } from './plugin.ts'
import type { RuntimeFolder } from './runtime-folder.ts'
import { isOwnSocket, makeRuntimeFolder } from './runtime-folder.ts'

export type InstanceFacts = {
  /** Of the host, of which a plugin gets the allowed part. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly idleTimeoutMs: number
  readonly configTypes: readonly Typed[]
  readonly log: (line: PluginLine) => void
  readonly limits: InstanceLimits
  /** How it is to listen. */
  readonly listen: 'unix' | 'tcp'
}

export type InstanceLimits = {
  /** From its start until it is known to be well. */
  readonly startMs: number
  /** From SIGINT to SIGKILL. */
  readonly killGraceMs: number
  /** At once, of one host. */
  readonly maxCalls: number
}

type InstanceEnd = { readonly isClean: boolean; readonly reason: string }

export type Instance = {
  readonly pid: number
  readonly address: ListenAddress
  readonly connection: Connection
  /** Of its temporary files, which go with it. */
  readonly folder: string
  /** When nothing of it is left. Never rejects. */
  readonly ended: Promise<InstanceEnd>
  /** Asks it to go, and makes it. */
  end(): void
  /** Makes it go at once. */
  kill(): void
}

const HEALTH_PAUSE_MS = 25
/** For its pipes to tell the rest, after it has ended. */
const SETTLE_MS = 250
/** Servers of Go close what was not used for 15 s: ours are given up before. */
const KEPT_MS = 4000

/** Throws PLUGIN_EXITED, HANDSHAKE_TIMEOUT, HANDSHAKE_REFUSED, and what a program that cannot be started throws. */
export async function startInstance(
  plugin: ServicePlugin,
  facts: InstanceFacts,
  signal: AbortSignal,
): Promise<Instance> {
  signal.throwIfAborted()
  const folder = makeRuntimeFolder(facts.env)
  const announced = Promise.withResolvers<Announcement>()
  let child: ChildProcess
  try {
    child = await spawn(plugin, facts, folder)
  } catch (error) {
    folder.remove(undefined, undefined)
    throw error
  }
  const pid = child.pid as number
  holdGroup(pid)
  const exited = exitOf(child)
  let isAnnounced = false
  const lines = readPluginLines(child, {
    ...{ plugin: plugin.name, log: facts.log },
    takes(line) {
      const found = isAnnounced ? undefined : parseAnnouncement(line)
      if (!found) return false
      isAnnounced = true
      announced.resolve(found)
      return true
    },
  })
  const deadline = AbortSignal.timeout(facts.limits.startMs)
  const stop = AbortSignal.any([deadline, signal])
  let connection: Connection | undefined
  let address: ListenAddress | undefined
  try {
    address = listenAddress(await orEnd(announced.promise), plugin)
    connection = connect(address, facts.limits)
    await orEnd(healthy(connection, stop))
  } catch (error) {
    releaseGroup(pid)
    await clean()
    throw error
  }
  const { killGraceMs } = facts.limits
  return {
    pid,
    address,
    connection,
    folder: folder.path,
    ended: clean(),
    end: () => endProcess(child, exited, killGraceMs),
    kill: () => releaseGroup(pid),
  }

  /** What is waited for, or why it will not come. */
  async function orEnd<Result>(wanted: Promise<Result>): Promise<Result> {
    const stopped = Promise.withResolvers<never>()
    const onStop = () =>
      stopped.reject(deadline.aborted ? late(plugin, facts, isAnnounced, lines.last()) : signal.reason)
    if (stop.aborted) onStop()
    stop.addEventListener('abort', onStop, { once: true })
    const gone = exited.then(async (how) => {
      await settled(child)
      throw diedAtStart(plugin, how, lines.last())
    })
    for (const one of [gone, stopped.promise, wanted]) one.catch(() => undefined)
    try {
      return await Promise.race([wanted, gone, stopped.promise])
    } finally {
      stop.removeEventListener('abort', onStop)
    }
  }

  /** When it has ended, by whatever: what it started goes with it. */
  async function clean(): Promise<InstanceEnd> {
    const how = await exited
    releaseGroup(pid)
    await settled(child)
    connection?.[Symbol.dispose]()
    for (const stream of [child.stdout, child.stderr]) stream?.destroy()
    folder.remove(pid, address?.kind === 'unix' ? address.path : undefined)
    return { isClean: how.code === 0, reason: `it ended ${inWords(how)}${lastWords(lines.last())}` }
  }
}

async function spawn(plugin: ServicePlugin, facts: InstanceFacts, folder: RuntimeFolder): Promise<ChildProcess> {
  using program = plugin.open()
  const { idleTimeoutMs, configTypes, listen, cwd, env } = facts
  const config = renderPluginConfig({ id: folder.id, type: listen, idleTimeoutMs, configTypes })
  return await launch(
    {
      ...{ file: program.file, argv0: program.argv0, cwd },
      argv: [...program.leading, '--config', config],
      env: pluginEnvironment(env, { temporary: folder.path, root: program.root, contract: 'ocm' }),
    },
    { stdio: ['ignore', 'pipe', 'pipe'], ownGroup: true, words: pluginLaunchWords },
  )
}

type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null }

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
}

/** Its pipes are read to their end, unless somebody else holds them. */
async function settled(child: ChildProcess): Promise<void> {
  const open = [child.stdout, child.stderr].filter((stream) => stream && !stream.readableEnded && !stream.destroyed)
  const ends = open.map((stream) => once(stream as NodeJS.ReadableStream, 'close').catch(() => undefined))
  await Promise.race([Promise.all(ends), pause(SETTLE_MS, undefined, { ref: false })])
}

function listenAddress(announced: Announcement, { name }: ServicePlugin): ListenAddress {
  if (announced.kind === 'refused') throw refused(name, announced.problem)
  if (announced.kind === 'unix' && !isOwnSocket(announced.path))
    throw refused(name, `${quote(announced.path)} is no socket of this user`)
  return announced
}

function connect(address: ListenAddress, { maxCalls }: InstanceLimits): Connection {
  const socketPath = address.kind === 'unix' ? address.path : undefined
  const base = new URL(socketPath === undefined ? renderAnnouncement(address) : 'http://unix')
  return openConnection(base, { socketPath, maxConnections: maxCalls, keptMs: KEPT_MS })
}

/** Any answer is one: OCM's plugins have nothing to say here but that they are there. */
async function healthy(connection: Connection, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await connection.send({ method: 'GET', path: HEALTH_PATH.slice(1), maxBytes: 64 * 1024, signal })
      return
    } catch (error) {
      if (!isCoded(error, 'FETCH_FAILED')) throw error
    }
    await pause(HEALTH_PAUSE_MS)
  }
  signal.throwIfAborted()
}

function endProcess(child: ChildProcess, exited: Promise<Exit>, killGraceMs: number): void {
  const pid = child.pid as number
  child.kill('SIGINT')
  const timer = setTimeout(() => releaseGroup(pid), killGraceMs)
  void exited.then(() => clearTimeout(timer))
}

function inWords({ code, signal }: Exit): string {
  return signal === null ? `with exit code ${code}` : `by ${signal}`
}

function lastWords(lines: readonly string[]): string {
  const [last] = lines.slice(-1)
  return last === undefined ? '' : `, its last words: ${last}`
}

function diedAtStart({ name }: ServicePlugin, how: Exit, lines: readonly string[]): Error {
  return coded('PLUGIN_EXITED', {
    message: `plugin ${quote(name)} ended ${inWords(how)} before it said where it listens${lastWords(lines)}`,
    details: { plugin: name, exitCode: how.code, signal: how.signal, stderr: lines },
  })
}

function late(
  { name }: ServicePlugin,
  { limits }: InstanceFacts,
  isAnnounced: boolean,
  lines: readonly string[],
): Error {
  const what = isAnnounced ? 'answered nothing where it listens' : 'did not say where it listens'
  return coded('HANDSHAKE_TIMEOUT', {
    message: `plugin ${quote(name)} ${what} within ${limits.startMs} ms${lastWords(lines)}`,
    details: { plugin: name, timeoutMs: limits.startMs, stderr: lines },
  })
}

function refused(name: string, problem: string): Error {
  return coded('HANDSHAKE_REFUSED', {
    message: `plugin ${quote(name)} is not connected to: ${printable(problem)}`,
    details: { plugin: name },
  })
}
