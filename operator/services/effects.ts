// Does what the life of an instance asks for, and tells it what came of it: checks, programs, and their end.
import { messageOf } from '../../schemas/errors.ts'
import { endProcesses } from '../../system/process/end-processes.ts'
import { isAlive } from '../../system/process/identity.ts'
import { MARK } from '../../system/process/mark.ts'
import { removeCgroup } from '../../system/process/process-cgroup.ts'
import type { Lanes } from '../lanes/lanes.ts'
import type { Surroundings } from './control/protocol.ts'
import type { SeenCheck } from './health/health-watch.ts'
import type { WatchedInstances } from './health/watched-instances.ts'
import { openWatchedInstances } from './health/watched-instances.ts'
import type { One } from './journal/instances.ts'
import type { KnownService } from './journal/journal.ts'
import type { End } from './life/end.ts'
import { endInWords } from './life/end.ts'
import type { Effect, Event } from './life/lifecycle.ts'
import type { Tally } from './metrics/tally.ts'
import type { BeginningFacts } from './program/beginning.ts'
import { openBeginning } from './program/beginning.ts'
import { serviceLaunch } from './program/service-launch.ts'
import { oomKillsOf } from './program/start-program.ts'
import { notRead } from './program/surroundings.ts'
import { markOf } from './project/marks.ts'
import type { SecretsKeeper } from './secrets/keeper.ts'
import type { LoadedServices } from './specs/loaded-services.ts'

export type EffectFacts = BeginningFacts & { readonly now: () => number }

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

export type Effects = Disposable &
  Pick<WatchedInstances, 'isWatched' | 'seen'> & {
    perform(one: One, effect: Effect): void
    /** What is prepared or watched for it is not any more. */
    abandon(one: One): void
    /** With what it is started: its folder and its variables, secrets included. */
    surroundingsOf(one: One): Promise<Surroundings>
    /** Ends of those that are no children of this process. */
    lookFor(all: readonly One[]): void
    watch(one: One): void
  }

export function openEffects(deps: EffectsDeps): Effects {
  const { tell, loaded, log } = deps
  const mark = markOf(deps.places)
  const beginning = openBeginning(deps)
  const watched = openWatchedInstances(deps)
  /** What is under way for an instance: `end` waits for it, as what is being started cannot be ended before it is known. */
  const busy = new Map<string, { readonly done: Promise<unknown>; readonly abort: AbortController }>()
  const children = new Map<string, number>()
  /** No children, and seen to live. */
  const adopted = new Map<string, number>()
  const alarms = new Map<string, NodeJS.Timeout>()

  function inBackground(one: One, act: (one: One, signal: AbortSignal) => Promise<Event>): void {
    const abort = new AbortController()
    const done = act(one, abort.signal).then((event) => tell(one, event))
    busy.set(one.id, { done, abort })
  }

  async function spawn(one: One): Promise<Event> {
    const { generation } = one.instance
    const { event, ended } = await beginning.spawn(one)
    if (ended) children.set(one.id, generation)
    void ended?.then((how) => tellEnd(one, generation, how))
    return event
  }

  function tellEnd(one: One, generation: number, how: End): void {
    log(`${one.id}: ${endInWords(how)}`)
    tell(one, { kind: 'exited', generation, end: how })
  }

  function watch(one: One): void {
    const abort = new AbortController()
    watched.watch(one, abort.signal)
    busy.set(one.id, { done: Promise.resolve(), abort })
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
      if (effect === 'prepare') inBackground(one, beginning.prepare)
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
    isWatched: watched.isWatched,
    seen: watched.seen,
    [Symbol.dispose]: () => {
      for (const alarm of alarms.values()) clearTimeout(alarm)
      for (const { abort } of busy.values()) abort.abort()
    },
  }
}
