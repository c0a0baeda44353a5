// Keeps one plugin: started by the first call that needs it, once for all that wait; ended when nobody does. What happens is for
// lifecycle.ts to decide; here it is done.
import { setTimeout as pause } from 'node:timers/promises'
import { LONGEST_TIMER_MS } from '../../schemas/duration.ts'
import { isCoded, messageOf } from '../../schemas/errors.ts'
import { isBrokenCall, isLeaving } from './call/call.ts'
import { openWaitingCalls } from './call/waiting-calls.ts'
import type { Instance, StartInstance } from './instance/instance.ts'
import type { InstanceFacts } from './instance/instance-facts.ts'
import { isBroken, isClosed, isGone } from './life-errors.ts'
import type { Effect, Event, Life, State } from './lifecycle.ts'
import { isAtRest, NEW_LIFE, step } from './lifecycle.ts'
import type { ServicePlugin } from './plugin.ts'

type SupervisorFacts = InstanceFacts & {
  /** For calls under way, before their plugin is ended. */
  readonly drainMs: number
  readonly start: StartInstance
}

export type SupervisedPlugin = {
  readonly plugin: ServicePlugin
  status(): {
    readonly state: State
    readonly pid?: number
    readonly calls: number
    readonly reason?: string | undefined
    /** How often it failed of late, and when it is tried again, in milliseconds from now. */
    readonly failures: number
    readonly againInMs?: number
  }
  /** Runs the call on an instance that is ready; throws why there is none. */
  use<Result>(signal: AbortSignal, call: (instance: Instance) => Promise<Result>): Promise<Result>
  /** Resolves with the process of an instance that is ready, which is asked nothing; throws why there is none. */
  ready(signal: AbortSignal): Promise<number>
  /** Lets calls under way finish, ends what runs, and refuses all that comes. */
  close(): Promise<void>
}

type Lease = { readonly instance: Instance; readonly generation: number }

/** The plugin stops itself after its idle timeout; one that does not is ended a little later. */
const IDLE_FACTOR = 1.2
const END_SEEN_MS = 1000

export function supervisePlugin(plugin: ServicePlugin, facts: SupervisorFacts): SupervisedPlugin {
  let life: Life = NEW_LIFE
  let instance: Instance | undefined
  let starting: AbortController | undefined
  let problem: unknown
  let alarm: NodeJS.Timeout | undefined
  let idle: NodeJS.Timeout | undefined
  let idleSince: number | undefined
  const idleMs = Math.min(facts.idleTimeoutMs * IDLE_FACTOR, LONGEST_TIMER_MS)
  const waiting = openWaitingCalls<Lease>()
  const resting = new Set<() => void>()
  /** Whom a call was broken off by. */
  const broken = new WeakMap<Error, Instance>()

  function tell(event: Event): void {
    const found = step(life, event, { now: performance.now(), drainMs: facts.drainMs, idleMs: facts.idleTimeoutMs })
    life = found.life
    for (const effect of found.effects) EFFECTS[effect]()
    watchIdle()
    if (isAtRest(life) && instance === undefined) for (const rested of resting) rested()
  }

  const EFFECTS: Readonly<Record<Effect, () => void>> = {
    start: () => void start(),
    serve() {
      if (!instance) return
      const lease = { instance, generation: life.generation }
      for (const one of waiting.take()) {
        tell({ kind: 'began', generation: lease.generation })
        one.serve(lease)
      }
    },
    refuse() {
      for (const one of waiting.take()) one.refuse(problem)
    },
    'turn-away'() {
      const why = life.isClosed
        ? isClosed(plugin.name)
        : isBroken(plugin.name, life, { now: performance.now(), problem })
      for (const one of waiting.take()) one.refuse(why)
    },
    end() {
      if (instance) instance.end()
      else starting?.abort()
    },
    wake() {
      clearTimeout(alarm)
      const leftMs = (life.due ?? 0) - performance.now()
      alarm = setTimeout(() => tell({ kind: 'due' }), Math.max(0, Math.ceil(leftMs)))
      // Whoever has nothing else to do need not wait for a plugin that may start again.
      if (life.state !== 'draining') alarm.unref()
    },
  }

  async function start(): Promise<void> {
    const { generation } = life
    starting = new AbortController()
    try {
      const started = await facts.start(plugin, facts, starting.signal)
      instance = started
      void started.ended.then((how) => {
        instance = undefined
        problem = isGone(plugin.name, how.reason)
        tell({ kind: 'exited', generation, ...how })
      })
      tell({ kind: 'ready', generation })
    } catch (error) {
      problem = error
      tell({ kind: 'failed', generation, reason: messageOf(error) })
    }
  }

  /** One alarm for many calls: setting it anew for each would cost more than to look again when it comes too early. */
  function watchIdle(): void {
    idleSince = life.state === 'ready' && life.calls === 0 ? performance.now() : undefined
    if (idleSince !== undefined) idle ??= setTimeout(retire, idleMs).unref()
  }

  function retire(): void {
    idle = undefined
    if (idleSince === undefined) return
    const leftMs = idleSince + idleMs - performance.now()
    if (leftMs <= 0) tell({ kind: 'retire' })
    else idle = setTimeout(retire, Math.ceil(leftMs)).unref()
  }

  type Call<Result> = (instance: Instance) => Promise<Result>

  async function used<Result>(signal: AbortSignal, call: Call<Result>): Promise<Result> {
    const { instance: asked, generation } = await waiting.wait(signal, () => tell({ kind: 'wanted' }))
    let isAnswered = false
    try {
      using entered = asked.enter()
      if (!entered) throw isLeaving(plugin.name)
      const answer = await call(asked).catch((error: unknown) => {
        entered.failed(codeOf(signal.aborted ? signal.reason : error))
        throw error
      })
      isAnswered = true
      return answer
    } catch (error) {
      if (isBrokenCall(error)) broken.set(error, asked)
      throw error
    } finally {
      tell({ kind: 'ended', generation, isAnswered })
    }
  }

  /** A call that breaks off is noticed a moment before the end of the plugin: the next one is not to meet the same. */
  async function endSeen(asked: Instance | undefined, isLeaving: boolean, signal: AbortSignal): Promise<boolean> {
    if (isLeaving) asked?.abandon()
    else asked?.lookSoon()
    const ended = asked?.ended.then(() => true) ?? Promise.resolve(true)
    const aborted = new Promise<boolean>((resolve) => {
      signal.addEventListener('abort', () => resolve(false), { once: true })
    })
    const late = isLeaving ? [] : [pause(END_SEEN_MS, false, { ref: false })]
    return await Promise.race([ended, aborted, ...late])
  }

  return {
    plugin,
    status: () => ({
      state: life.state,
      calls: life.calls,
      reason: life.reason,
      failures: life.failures.length,
      ...(life.due === undefined ? {} : { againInMs: Math.max(0, life.due - performance.now()) }),
      ...(instance === undefined ? {} : { pid: instance.pid }),
    }),
    async use(signal, call) {
      try {
        return await used(signal, call)
      } catch (error) {
        if (!isBrokenCall(error) || life.isClosed || signal.aborted) throw error
        const hasEnded = await endSeen(broken.get(error), error.details.isLeaving === true, signal)
        if (error.details.mayAskAgain) return await used(signal, call)
        throw hasEnded ? problem : error
      }
    },
    async ready(signal) {
      const { instance: started, generation } = await waiting.wait(signal, () => tell({ kind: 'wanted' }))
      tell({ kind: 'ended', generation, isAnswered: false })
      return started.pid
    },
    async close() {
      const rested = new Promise<void>((resolve) => resting.add(resolve))
      tell({ kind: 'close' })
      await rested
      for (const timer of [alarm, idle]) clearTimeout(timer)
    },
  }
}

function codeOf(error: unknown): string {
  return isCoded(error) ? error.code : 'INTERNAL'
}
