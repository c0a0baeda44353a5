// Does what the life of an instance asks for, and tells it what came of it: checks, programs, and their end.
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { endProcesses } from '../../system/process/end-processes.ts'
import { isAlive } from '../../system/process/identity.ts'
import { MARK } from '../../system/process/mark.ts'
import { removeCgroup } from '../../system/process/process-cgroup.ts'
import type { CheckOutcome } from '../check/outcome.ts'
import type { Lanes } from '../lanes/lanes.ts'
import type { Surroundings } from './control/protocol.ts'
import type { SeenCheck } from './health/health-watch.ts'
import { watchHealth } from './health/health-watch.ts'
import type { One } from './journal/instances.ts'
import type { KnownService } from './journal/journal.ts'
import type { End } from './life/end.ts'
import { endInWords } from './life/end.ts'
import type { Effect, Event } from './life/lifecycle.ts'
import { oneLine } from './life/said-by-others.ts'
import type { Tally } from './metrics/tally.ts'
import type { PreparationFacts, Preparing } from './program/preparation.ts'
import { ownProgramOf, runAll } from './program/preparation.ts'
import { serviceLaunch } from './program/service-launch.ts'
import { oomKillsOf, startProgram } from './program/start-program.ts'
import { notRead } from './program/surroundings.ts'
import { markOf } from './project/marks.ts'
import type { SecretsKeeper } from './secrets/keeper.ts'
import { keepSpec } from './specs/kept-specs.ts'
import type { LoadedServices } from './specs/loaded-services.ts'

export type EffectFacts = Omit<PreparationFacts, 'locate'> & {
  readonly now: () => number
  readonly log: (line: string) => void
}

type EffectsDeps = EffectFacts & {
  readonly lanes: Lanes
  readonly loaded: LoadedServices
  readonly serviceOf: (name: string) => KnownService
  readonly remember: (name: string, service: KnownService) => void
  readonly tell: (one: One, event: Event) => void
  readonly secrets: Pick<SecretsKeeper, 'handedTo'>
  /** Beside what this comes to for the instance. */
  readonly onChecks: (one: One, seen: readonly SeenCheck[], before?: readonly SeenCheck[]) => void
  readonly onRun: Tally['ran']
}

export type Effects = Disposable & {
  perform(one: One, effect: Effect): void
  /** What is prepared or watched for it is not any more. */
  abandon(one: One): void
  /** With what it is started: its folder and its variables, secrets included. */
  surroundingsOf(one: One): Promise<Surroundings>
  /** Ends of those that are no children of this process. */
  lookFor(all: readonly One[]): void
  watch(one: One): void
  isWatched(one: One): boolean
  seen(one: One): readonly SeenCheck[] | undefined
}

type Loaded = ReturnType<LoadedServices['required']>

/** Of one start, with checks of that mark. */
type Watch = {
  readonly generation: number
  readonly health: string | undefined
  readonly checks?: readonly SeenCheck[]
}

export function openEffects(deps: EffectsDeps): Effects {
  const { tell, loaded, log } = deps
  const mark = markOf(deps.places)
  /** What is under way for an instance: `end` waits for it, as what is being started cannot be ended before it is known. */
  const busy = new Map<string, { readonly done: Promise<unknown>; readonly abort: AbortController }>()
  const children = new Map<string, number>()
  /** No children, and seen to live. */
  const adopted = new Map<string, number>()
  const alarms = new Map<string, NodeJS.Timeout>()
  /** With what the checks before the start have passed: a config that came meanwhile was not looked at by them. */
  const prepared = new Map<string, { readonly generation: number } & Loaded>()
  /** An `init` that is under way is one for all replicas. */
  const inits = new Map<string, Promise<string | undefined>>()
  const watched = new Map<string, Watch>()

  function inBackground(one: One, act: (one: One, signal: AbortSignal) => Promise<Event>): void {
    const abort = new AbortController()
    const done = act(one, abort.signal).then((event) => tell(one, event))
    busy.set(one.id, { done, abort })
  }

  async function prepare(one: One, signal: AbortSignal): Promise<Event> {
    const { generation } = one.instance
    try {
      const reason = await prepareAll(one, signal)
      return reason === undefined ? { kind: 'prepared', generation } : { kind: 'unprepared', generation, reason }
    } catch (error) {
      return { kind: 'unprepared', generation, reason: messageOf(error) }
    }
  }

  async function prepareAll(one: One, signal: AbortSignal): Promise<string | undefined> {
    const required = loaded.required(one.service)
    prepared.set(one.id, { generation: one.instance.generation, ...required })
    const { service, runnable, locate } = required
    rememberStart(service)
    const preparing = { id: one.id, runnable, signal, secrets: deps.secrets.handedTo(service) }
    const problem = await runAll(service, service.checks.preflight, preparing, { ...deps, locate })
    if (problem !== undefined || deps.serviceOf(one.service).preparedFor === service.initDigest) return problem
    const key = `${service.name} ${service.initDigest}`
    const init = inits.get(key) ?? initialise(required, preparing).finally(() => inits.delete(key))
    inits.set(key, init)
    return init
  }

  /** What is started is what a next supervisor starts again, and what the config is compared with. */
  function rememberStart(service: Loaded['service']): void {
    keepSpec(deps.places, service)
    const known = deps.serviceOf(service.name)
    if (known.digest === service.digest) return
    log(`${service.name}: what it ran with is not at hand, so it is started as its config says now`)
    deps.remember(service.name, { ...known, digest: service.digest, fields: service.fields })
  }

  async function initialise({ service, locate }: Loaded, preparing: Preparing): Promise<string | undefined> {
    const unready = await runAll(service, service.checks.init, preparing, { ...deps, locate })
    // Asked now: its config may have been read anew meanwhile.
    if (unready === undefined)
      deps.remember(service.name, { ...deps.serviceOf(service.name), preparedFor: service.initDigest })
    return unready
  }

  async function spawn(one: One): Promise<Event> {
    const { generation } = one.instance
    try {
      const found = prepared.get(one.id)
      const { service, locate } = found?.generation === generation ? found : loaded.required(one.service)
      const secrets = deps.secrets.handedTo(service)
      const wanted = { id: one.id, mark: mark(one.id, one.instance), secrets }
      const { process, ended } = await startProgram(service, wanted, { ...deps, locate })
      children.set(one.id, generation)
      noteStarted(service)
      void ended.then((how) => tellEnd(one, generation, how))
      return { kind: 'spawned', generation, process }
    } catch (error) {
      return { kind: 'not-spawned', generation, reason: messageOf(error) }
    }
  }

  /** It may be of another config than what ran before it. */
  function noteStarted({ name, digest, fields }: Loaded['service']): void {
    const known = deps.serviceOf(name)
    if (known.digest !== digest) deps.remember(name, { ...known, digest, fields })
  }

  function tellEnd(one: One, generation: number, how: End): void {
    log(`${one.id}: ${endInWords(how)}`)
    tell(one, { kind: 'exited', generation, end: how })
  }

  function watch(one: One): void {
    const { service, runnable, locate } = loaded.required(one.service)
    const { generation } = one.instance
    const abort = new AbortController()
    const checks = service.checks.health
    const { health: mark_ } = service.settings
    watched.set(one.id, { generation, health: mark_ })
    busy.set(one.id, { done: Promise.resolve(), abort })
    const { startPeriodMs } = service.spec
    const { signal } = abort
    const facts = { ...deps, locate }
    const runService: ReturnType<typeof ownProgramOf> = (check, aborted) =>
      ownProgramOf(service, { id: one.id, signal, secrets: deps.secrets.handedTo(service) }, facts)(check, aborted)
    const id = `${one.id} ${generation}`
    const onRun = (name: string, outcome: CheckOutcome) => deps.onRun(one.id, name, outcome)
    watchHealth({ id, checks, runnable, startPeriodMs, signal, runService, onHealth, onRun }, facts)

    function onHealth(...[health, shown, reason]: Parameters<Parameters<typeof watchHealth>[0]['onHealth']>): void {
      const seen = shown.map(cleaned)
      deps.onChecks(one, seen, watched.get(one.id)?.checks)
      watched.set(one.id, { generation, health: mark_, checks: seen })
      if (health === one.instance.health && reason === one.instance.reason) return
      tell(one, { kind: 'health', generation, health, ...omitUndefined({ reason }) })
    }
  }

  async function end(one: One): Promise<void> {
    const { generation } = one.instance
    await busy.get(one.id)?.done
    const main = one.instance.process
    const isWatched = children.get(one.id) === generation || adopted.get(one.id) === generation
    const members = { main, mark: mark(one.id, one.instance), isWatched }
    const survivors = await endProcesses(members, deps.serviceOf(one.service).stop)
    if (main?.cgroup !== undefined && survivors.length === 0) removeCgroup(main.cgroup)
    tell(one, { kind: 'emptied', generation, survivors })
  }

  /** One alarm for each. */
  function wake(one: One, generation: number): void {
    clearTimeout(alarms.get(one.id))
    const { due } = one.instance
    if (due === undefined || one.instance.generation !== generation) return
    const leftMs = due - deps.now()
    if (leftMs <= 0) tell(one, { kind: 'due', generation })
    else
      alarms.set(
        one.id,
        setTimeout(() => wake(one, generation), Math.ceil(leftMs)),
      )
  }

  return {
    perform(one, effect) {
      if (effect === 'prepare') inBackground(one, prepare)
      else if (effect === 'spawn') inBackground(one, spawn)
      else if (effect === 'watch-health') watch(one)
      else if (effect === 'wake') wake(one, one.instance.generation)
      else end(one).catch((error: unknown) => log(`${one.id}: ${messageOf(error)}`))
    },
    async surroundingsOf({ id, service: name }) {
      if (loaded.of(name) === undefined) throw notRead(name)
      const { service, locate } = loaded.required(name)
      const wanted = { id, mark: '', words: [], secrets: deps.secrets.handedTo(service) }
      const { cwd, env } = await serviceLaunch(service, wanted, { ...deps, locate })
      // What somebody types there is no process of the service, and is not ended with it.
      return { cwd, env: Object.fromEntries(Object.entries(env).filter(([variable]) => variable !== MARK)) }
    },
    abandon: ({ id }) => busy.get(id)?.abort.abort(),
    lookFor(all) {
      for (const one of all) {
        const { state, process, generation } = one.instance
        if (state !== 'running' || !process || children.get(one.id) === generation) continue
        if (isAlive(process)) adopted.set(one.id, generation)
        else tellEnd(one, generation, { kind: 'unknown', wasSeen: true, ...oomKillsOf(process.cgroup) })
      }
    },
    watch,
    isWatched({ id, service, instance }) {
      const found = watched.get(id)
      if (found?.generation !== instance.generation) return false
      return found.health === loaded.of(service)?.settings.health
    },
    seen: ({ id, instance }) =>
      watched.get(id)?.generation === instance.generation ? watched.get(id)?.checks : undefined,
    [Symbol.dispose]: () => {
      for (const alarm of alarms.values()) clearTimeout(alarm)
      for (const { abort } of busy.values()) abort.abort()
    },
  }
}

function cleaned({ summary, ...check }: SeenCheck): SeenCheck {
  return { ...check, ...(summary === undefined ? {} : { summary: oneLine(summary) }) }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
