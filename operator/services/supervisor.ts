// Runs the services of one project. Everything that lasts is in the journal, so that another supervisor can go on from there at
// any moment: this one may be killed, and what it runs may not notice.
import { allAsTheyAre, markOf } from './adopt.ts'
import { answerOf, answerOfAll } from './conditions.ts'
import type { EffectFacts } from './effects.ts'
import { openEffects } from './effects.ts'
import type { One } from './instances.ts'
import { openInstances } from './instances.ts'
import type { Journal, Known, KnownService } from './journal.ts'
import type { Instance } from './lifecycle.ts'
import { isAtRest, isSettled } from './lifecycle.ts'
import type { Loaded } from './loaded-services.ts'
import { openLoadedServices } from './loaded-services.ts'
import { openLogTimes } from './log-times.ts'
import type { InstanceStatus } from './protocol.ts'
import type { RunnableService } from './runnable.ts'
import { statusOf } from './status.ts'

type SupervisorDeps = EffectFacts & { readonly journal: Journal; readonly known: Known }

export type Supervisor = Disposable & {
  /** Starts them, with what they wait for; resolves when all are up or will not come up. All without names. */
  start(loaded: Loaded, names: readonly string[]): Promise<void>
  /** Each after those that wait for it; resolves when nothing of them is left, or cannot be ended. All without names. */
  stop(names: readonly string[]): Promise<void>
  status(): readonly InstanceStatus[]
  /** Resolves when nothing runs, and nothing will before somebody asks. */
  rest(): Promise<void>
}

/** An adopted process is no child, so nobody is told of its end. */
const LOOK_MS = 250
/** In a row: what is still tried again then is no success. */
const SETTLED_FAILURES = 3

const UNKNOWN: KnownService = {
  ...{ digest: '', waitsFor: [], replicas: 1, restart: { policy: 'no' } },
  stop: { signal: 'SIGTERM', timeoutMs: 10_000, target: 'main' },
}

export function openSupervisor(deps: SupervisorDeps): Supervisor {
  const services = new Map<string, KnownService>(deps.known.services)
  const loaded = openLoadedServices()
  /** What is reported later is for the next supervisor to find. */
  let isClosed = false
  const serviceOf = (name: string) => services.get(name) ?? UNKNOWN
  const effects = openEffects({
    ...deps,
    loaded,
    serviceOf,
    remember,
    tell: (one, event) => (isClosed ? undefined : instances.tell(one, event)),
  })
  const instances = openInstances({
    ...{ journal: deps.journal, now: deps.now, random: deps.random, log: deps.log, serviceOf, onChange },
    perform: effects.perform,
    hasHealth: ({ service }) => hasHealth(loaded.of(service)),
  })
  for (const [id, instance] of allAsTheyAre(deps.known, markOf(deps.places.key))) {
    const one = instances.add(id, serviceIn(id), instance)
    if (instance.state === 'ending') effects.perform(one, 'end-processes')
  }
  const times = openLogTimes(deps.places, () => instances.all())
  const looking = setInterval(() => effects.lookFor(instances.all()), LOOK_MS)

  function remember(name: string, service: KnownService): void {
    services.set(name, service)
    deps.journal.writeService(name, service)
  }

  function onChange(one: One, before: Instance): void {
    const { id, instance } = one
    if (instance.state !== before.state) {
      if (instance.state !== 'running') effects.abandon(one)
      deps.log(`${id}: ${instance.state}${instance.reason === undefined ? '' : `: ${instance.reason}`}`)
    }
    queueMicrotask(lookAtWaiting)
  }

  function lookAtWaiting(): void {
    for (const one of instances.all()) {
      const { state, generation } = one.instance
      if (state !== 'waiting') continue
      const answers = loaded.waitsFor(one.service).map((edge) =>
        answerOf(
          edge,
          instances.of(edge.service).map(({ instance }) => instance),
        ),
      )
      const answer = answerOfAll(answers)
      if (answer.state === 'met') instances.tell(one, { kind: 'ready', generation })
      if (answer.state === 'never') instances.tell(one, { kind: 'blocked', generation, reason: answer.reason })
    }
  }

  /** What runs keeps what it was started with. */
  function take(service: RunnableService): void {
    const { name, spec, digest } = service
    const known = services.get(name)
    const isActive = instances.of(name).some(({ instance }) => !isAtRest(instance))
    const waitsFor = loaded.waitsFor(name).map((edge) => edge.service)
    const now = { digest, waitsFor, stop: spec.stop, restart: spec.restart, replicas: spec.replicas }
    remember(name, { ...known, ...now, ...(isActive && known ? { digest: known.digest } : {}) })
    for (let replica = 1; replica <= spec.replicas; replica++) instances.add(`${name}.${replica}`, name)
    for (const one of instances.of(name))
      if (one.instance.state === 'running' && hasHealth(service) && !effects.isWatched(one)) {
        // What another supervisor saw, perhaps days ago, lets nobody start that waits for its health now.
        instances.tell(one, { kind: 'health', generation: one.instance.generation, health: 'starting' })
        effects.watch(one)
      }
  }

  /** More replicas than the config asks for are left as they are. */
  function isWithin({ id, service }: One): boolean {
    return Number(id.slice(service.length + 1)) <= serviceOf(service).replicas
  }

  return {
    async start(next, names) {
      const before = new Map([...services].map(([name, { digest }]) => [name, digest]))
      loaded.take(next)
      for (const service of next.runnable.services.values()) take(service)
      const chosen = [...next.runnable.services.keys()].flatMap((name) => instances.of(name)).filter(isWithin)
      for (const one of chosen) {
        const again = names.includes(one.service) || before.get(one.service) !== serviceOf(one.service).digest
        instances.tell(one, { kind: 'start', again })
      }
      await instances.until(() => chosen.every(({ instance }) => isSettled(instance) || isFlapping(instance)))
    },
    async stop(names) {
      const chosen = instances.all().filter(({ service }) => names.length === 0 || names.includes(service))
      await Promise.all(
        chosen.map(async (one) => {
          const first = chosen.filter(({ service }) => serviceOf(service).waitsFor.includes(one.service))
          await instances.until(() => first.every(({ instance }) => isAtRest(instance)))
          instances.tell(one, { kind: 'stop' })
          await instances.until(() => isAtRest(one.instance))
        }),
      )
    },
    status: () =>
      instances.all().map((one) =>
        statusOf(one, {
          ...{ places: deps.places, now: deps.now(), checks: effects.seen(one) },
          differs:
            loaded.of(one.service) !== undefined && loaded.of(one.service)?.digest !== serviceOf(one.service).digest,
        }),
      ),
    rest: () => instances.until(() => instances.all().every(({ instance }) => isAtRest(instance))),
    [Symbol.dispose]: () => {
      isClosed = true
      clearInterval(looking)
      times[Symbol.dispose]()
      effects[Symbol.dispose]()
      deps.journal[Symbol.dispose]()
    },
  }
}

function hasHealth(service: RunnableService | undefined): boolean {
  return service?.checks.health.some(({ fate }) => fate.kind === 'run') ?? false
}

function isFlapping({ state, failures }: Instance): boolean {
  return state === 'pausing' && failures >= SETTLED_FAILURES
}

function serviceIn(id: string): string {
  return id.slice(0, id.lastIndexOf('.'))
}
