// `octo start` and `octo restart`: a supervisor apart from the terminal does it, or this process is the supervisor.
import { coded } from '../../../schemas/errors.ts'
import { printable } from '../../../schemas/quote.ts'
import { interruptible } from '../../../system/process/interruptible.ts'
import { giveBackMemorySoon, keepGivingBack, keepHeapSmall } from '../../../system/process/small-heap.ts'
import type { Terminal } from '../../../terminal/index.ts'
import { notifierWarnings } from '../../notifications/notifiers-of.ts'
import { openSession } from '../../operator-session.ts'
import { ask } from '../../services/control/control.ts'
import type { BeginRequest, InstanceStatus, ProjectStatus } from '../../services/control/protocol.ts'
import { isAtRest } from '../../services/life/lifecycle.ts'
import type { ConfigCall } from '../../services/specs/config-call.ts'
import { configCall } from '../../services/specs/config-call.ts'
import type { Loaded } from '../../services/specs/loaded-services.ts'
import type { Runnable } from '../../services/specs/runnable.ts'
import { openRunnable } from '../../services/specs/runnable.ts'
import { startAndAsk } from '../../services/start-supervisor.ts'
import { isWell } from '../../services/status/render-status.ts'
import type { Others, Project } from '../../services/supervise.ts'
import { serve, takeProject } from '../../services/supervise.ts'
import type { OperatorCall } from '../operator.ts'
import { changesToJson, currentChanges, tellChanges } from './changes.ts'
import { openPatience, timeoutOf } from './patience.ts'
import { showPlan, tellLeftAside } from './plan.ts'
import { currentStatus, projectOf, showStatus, statusAfter, tellUnfinished, tellWaiting } from './project.ts'
import { stopWithoutSupervisor } from './stop.ts'

const FAILED = 1

export async function startApart(call: OperatorCall, word: 'start' | 'restart'): Promise<number> {
  const { session, words, terminal, env, options } = call
  const timeoutMs = timeoutOf(options.timeout)
  // Whatever is wrong with the config, or cannot be installed, is said here and now.
  const runnable = await openRunnable(session, words)
  tellLeftAside(runnable, terminal)
  for (const line of notifierWarnings(runnable.telling?.notifiers ?? [])) terminal.warn(line)
  const project = projectOf(call)
  const running = await changesOfRunning(project, runnable, words)
  if (running) tellChanges(word, running, terminal)
  if (options.dryRun) return showOnly(runnable, terminal, running && changesToJson(running))
  const start = { places: project.places, env, call: configCall(call, call.answers ?? {}), words: shownWords(call) }
  using _ = tellWaiting(project, terminal)
  using patience = openPatience(timeoutMs)
  const { signal } = patience
  const done = await patience.within(async () => {
    const restarted = word === 'restart' ? await restartRunning(project, { ...start, signal }, call) : undefined
    return restarted ?? (await startAndAsk({ ...start, signal }, { v: 1, do: 'start', services: words }))
  })
  const found = await statusAfter(project, done)
  const names = new Set(runnable.services.keys())
  showStatus({ ...found, services: found.services.filter(({ service }) => names.has(service)) }, terminal)
  if (!done) tellUnfinished(found, terminal)
  return [...runnable.services.values()].every((service) => isUp(service, found)) ? 0 : FAILED
}

type Upright = { readonly name: string; readonly spec: { readonly replicas: number } }

/** Whoever supervises may not know it, and may know replicas that are no longer asked for. */
export function isUp({ name, spec }: Upright, { services }: Pick<ProjectStatus, 'services'>): boolean {
  const wanted = Array.from({ length: spec.replicas }, (_none, index) => `${name}.${index + 1}`)
  return wanted.every((id) => services.some((one) => one.instance === id && isWell(one)))
}

/** Undefined where nothing runs that could change. */
async function changesOfRunning(project: Project, runnable: Runnable, words: readonly string[]) {
  const { services } = await currentStatus(project)
  if (services.every(isAtRest)) return undefined
  return await currentChanges(project, runnable, { isPartial: words.length > 0 })
}

function showOnly(runnable: Runnable, terminal: Terminal, more?: object): number {
  showPlan(runnable, terminal, more)
  return 0
}

/** By whoever supervises; where nobody does, what was left is only stopped, and undefined is given. */
async function restartRunning(
  project: Project,
  { call, signal }: { readonly call: ConfigCall; readonly signal: AbortSignal | undefined },
  { words: services, terminal }: OperatorCall,
) {
  const answer = await ask(project.places, { v: 1, do: 'restart', services, call }, signal)
  if (!answer) await stopWithoutSupervisor(project, services, terminal)
  return answer
}

/** For people who look at their processes: the supervisor is told how to read its config otherwise. */
export function shownWords({ words, options: { config = [] } }: OperatorCall): string[] {
  return [...words, ...config.flatMap((path) => ['--config', path]), '--operator', 'baremetal']
}

function beginOf({ words: services, options: { apply, call } }: OperatorCall): BeginRequest {
  if (apply !== undefined) return { v: 1, do: 'apply', services, shown: apply }
  return { v: 1, do: 'start', services, ...(call ? {} : { isBoot: true }) }
}

/** Under systemd, and as what `octo start` starts apart from its terminal. */
export async function startHere(call: OperatorCall): Promise<number> {
  const { session, words, terminal, options, cwd, env } = call
  refuseTimeout(options)
  if (options.dryRun) return showOnly(await openRunnable(session, words), terminal)
  keepHeapSmall()
  const project = projectOf(call)
  // What systemd is told it dates itself.
  const time = () => (options.call ? `${new Date().toISOString().replace(/\.\d+Z$/, 'Z')} ` : '')
  await using supervised = await takeProject(project, (line) => terminal.info(`${time()}${printable(line, 1000)}`))
  using interruption = interruptible()
  const begin = beginOf(call)
  let isFirst = true
  const asked = new Set<string>()
  const load = async (names: readonly string[], as?: ConfigCall): Promise<Loaded> => {
    const loading = isFirst ? loadFrom(session, names) : loadAnew(names, as)
    isFirst = false
    const loaded = await loading
    for (const name of loaded.runnable.services.keys()) asked.add(name)
    for (const line of notifierWarnings(loaded.runnable.telling?.notifiers ?? [])) terminal.warn(line)
    return loaded
  }
  /** A supervisor lives for months, and is asked again and again. */
  const loadAnew = async (names: readonly string[], as: ConfigCall = { cwd, env, options }): Promise<Loaded> => {
    await using again = await openSession(as.options, { terminal, cwd: as.cwd, env: as.env })
    return await loadFrom(again, names)
  }
  const loadFrom = async (source: typeof session, names: readonly string[]): Promise<Loaded> => {
    const loaded = await partOf(source, names)
    await writeAndForget(source)
    return loaded
  }
  const partOf = async (source: typeof session, names: readonly string[]): Promise<Loaded> => {
    const { client } = source
    const runnable = await openRunnable(source, names, { mayBeNone: begin.do === 'apply' || source !== session })
    tellLeftAside(runnable, terminal)
    return { runnable, locate: (executable) => client.locate(executable) }
  }
  const writeAndForget = async (source: typeof session): Promise<void> => {
    for (const line of await source.writeFiles()) terminal.warn(line)
    source.forgetDocuments()
  }
  const openOthers = async (): Promise<Others> => {
    const again = await openSession(options, { terminal, cwd, env })
    const others: Others = {
      load: (service) => partOf(again, [service]),
      [Symbol.asyncDispose]: () => again[Symbol.asyncDispose](),
    }
    try {
      await writeAndForget(again)
      return others
    } catch (error) {
      await others[Symbol.asyncDispose]()
      throw error
    }
  }
  const { signal } = interruption
  using _spare = keepGivingBack()
  const services = await serve(supervised, { load, openOthers, begin, signal, onBegun: giveBackMemorySoon })
  return exitCodeOf(services, { asked, isStopped: interruption.exitCode() !== undefined })
}

function refuseTimeout({ timeout }: OperatorCall['options']): void {
  if (timeout === undefined) return
  throw coded('USAGE', {
    message: '`--foreground` stays until the services have ended, and `--timeout` waits until they are up',
    hint: 'leave one of them away: `octo start --timeout 30s`',
  })
}

type Served = { readonly asked: ReadonlySet<string>; readonly isStopped: boolean }

/** Told to stop, it has done so when nothing runs any more; else all that it was asked for ended well, or was stopped. */
// allow(dead-export): a table of ends, of which most take a supervisor minutes to come to
export function exitCodeOf(services: readonly InstanceStatus[], { asked, isStopped }: Served): number {
  const isDone = isStopped
    ? ({ pid }: InstanceStatus) => pid === undefined
    : (one: InstanceStatus) => !asked.has(one.service) || isWell(one) || one.state === 'stopped'
  return services.every(isDone) ? 0 : FAILED
}
