// What a config that was read anew means for services that are there: what runs keeps what it was started with, and all else is
// taken from what the config says now.

import { releaseName } from '../../schemas/release-name.ts'
import type { Effects } from './effects.ts'
import type { Instances, One } from './journal/instances.ts'
import type { KnownService, ProgramOrigin } from './journal/journal.ts'
import type { Instance, State } from './life/lifecycle.ts'
import { isAtRest } from './life/lifecycle.ts'
import { isStable } from './life/pause.ts'
import type { RecalledSpec } from './specs/kept-specs.ts'
import { startedAs, withRulesOf } from './specs/kept-specs.ts'
import type { Loaded, LoadedServices } from './specs/loaded-services.ts'
import type { RunnableService } from './specs/runnable.ts'

type TakenDeps = {
  readonly loaded: LoadedServices
  readonly services: ReadonlyMap<string, KnownService>
  readonly instances: Pick<Instances, 'add' | 'of' | 'tell'>
  readonly now: () => number
  readonly effects: Pick<Effects, 'abandon' | 'isWatched' | 'watch'>
  readonly remember: (name: string, service: KnownService) => void
  /** What it was when this supervisor began. */
  readonly recall: (name: string) => RecalledSpec | undefined
  /** Its secrets go on where another supervisor left them. */
  readonly adopt: (name: string) => void
}

/** Its program is there, or is on its way. */
const RUNNING: ReadonlySet<State> = new Set(['preparing', 'starting', 'running', 'ending'])

export function openTakenConfig({ loaded, services, instances, now, effects, remember, recall, adopt }: TakenDeps) {
  /** What the config said last, by the digest of each service. */
  const offered = new Map<string, string>()

  /** One that fails again and again is tried with what the config says by then. */
  function isToKeep(name: string, next: Loaded): boolean {
    const known = services.get(name)
    const isNow = known !== undefined && loaded.of(name)?.digest === known.digest
    const areWell = instances.of(name).every(({ instance }) => isWell(instance))
    return isNow && areWell && next.runnable.services.get(name)?.digest !== known.digest && isRunning(name)
  }

  /** What it failed before it was stable is over; it is counted until it fails again. */
  function isWell(instance: Instance): boolean {
    return instance.failures === 0 || isStable({ endedAt: now(), ...instance })
  }

  function isRunning(name: string): boolean {
    return instances.of(name).some(({ instance: { state } }) => RUNNING.has(state))
  }

  function takeOne(service: RunnableService): void {
    const { name, spec, digest, fields, settings } = service
    const known = services.get(name)
    const isActive = instances.of(name).some(({ instance }) => !isAtRest(instance))
    const waitsFor = loaded.waitsFor(name).map((edge) => edge.service)
    const said = { digest, fields, settings, waitsFor, stop: spec.stop, restart: spec.restart, replicas: spec.replicas }
    const isAsBefore = known !== undefined && isRunning(name)
    const origin = isAsBefore ? known.program : originOf(service)
    const before = isAsBefore ? { digest: known.digest, fields: known.fields ?? {} } : {}
    remember(name, { ...withoutOrigin(known), ...said, ...(origin ? { program: origin } : {}), ...before })
    for (let replica = 1; replica <= spec.replicas; replica++) instances.add(`${name}.${replica}`, name)
    // Of what runs with another config nobody knows any more where its secrets come from.
    if (isActive && services.get(name)?.digest === digest) adopt(name)
    for (const one of instances.of(name)) if (one.instance.state === 'running' && !effects.isWatched(one)) watch(one)
  }

  /** What another supervisor saw, perhaps days ago, lets nobody start that waits for its health now; nor do other checks. */
  function watch(one: One): void {
    const { generation } = one.instance
    const health = hasHealth(loaded.of(one.service)) ? 'starting' : 'none'
    if (health === one.instance.health && health === 'none') return
    effects.abandon(one)
    instances.tell(one, { kind: 'health', generation, health })
    if (health === 'starting') effects.watch(one)
  }

  /** What another supervisor started is started again as it was, where the running process still tells how. */
  function asItRuns(service: RunnableService): RunnableService {
    const { name, digest } = service
    const recalled =
      loaded.of(name) || !isRunning(name) || services.get(name)?.digest === digest ? undefined : recall(name)
    const started = recalled && startedAs(recalled, service)
    return started ? withRulesOf(service, started) : service
  }

  return {
    take(read: Loaded): void {
      for (const { name, digest } of read.runnable.services.values()) offered.set(name, digest)
      const running = [...read.runnable.services].map(([name, service]) => [name, asItRuns(service)] as const)
      const next = { ...read, runnable: { ...read.runnable, services: new Map(running) } }
      const kept = new Set([...next.runnable.services.keys()].filter((name) => isToKeep(name, next)))
      loaded.take(next, kept)
      for (const service of next.runnable.services.values()) if (!kept.has(service.name)) takeOne(service)
    },
    /** What runs is not what the config said last. */
    differs(name: string): boolean {
      const last = offered.get(name)
      return last !== undefined && last !== services.get(name)?.digest
    },
    forget: (name: string): void => void offered.delete(name),
  }
}

/** Of a plugin, its place in a repo; of a program of this machine there is nothing to tell. */
function originOf({ executable, program }: RunnableService): ProgramOrigin | undefined {
  if (executable) {
    const { repo, plugin, version, digest } = executable
    return { from: releaseName({ repo, plugin, version }), digest }
  }
  return program && { from: program.origin, digest: program.digest }
}

function withoutOrigin(known: KnownService | undefined): Omit<KnownService, 'program'> | undefined {
  if (!known) return undefined
  const { program: _, ...others } = known
  return others
}

export function hasHealth(service: RunnableService | undefined): boolean {
  return service?.checks.health.some(({ fate }) => fate.kind === 'run') ?? false
}
