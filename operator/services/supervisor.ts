// Runs the services of one project. Everything that lasts is in the journal, so that another supervisor can go on from there at
// any moment: this one may be killed, and what it runs may not notice.
import { removeCgroup } from '../../system/process/process-cgroup.ts'
import { openHiding } from '../hiding.ts'
import { openLanes } from '../lanes/lanes.ts'
import type { InstanceStatus, Surroundings } from './control/protocol.ts'
import type { EffectFacts } from './effects.ts'
import { openEffects } from './effects.ts'
import type { NewsDeps } from './events/news.ts'
import { openNews } from './events/news.ts'
import { openForgetting } from './forgetting.ts'
import { allAsTheyAre } from './journal/adopt.ts'
import { openHeldServices } from './journal/held-services.ts'
import type { One } from './journal/instances.ts'
import { openInstances } from './journal/instances.ts'
import type { Journal, KnownService } from './journal/journal.ts'
import { serviceIn, UNKNOWN_SERVICE } from './journal/journal.ts'
import type { Event, Instance } from './life/lifecycle.ts'
import { isAtRest } from './life/lifecycle.ts'
import { openLiveStatus } from './live-status.ts'
import { openLogUpkeep } from './log-upkeep.ts'
import type { ProjectMetrics } from './metrics/snapshot.ts'
import { openInstanceMetrics } from './metrics/snapshot.ts'
import { openTally } from './metrics/tally.ts'
import type { Orders } from './orders.ts'
import { openOrders } from './orders.ts'
import { runningOne } from './program/surroundings.ts'
import { markOf, withOwnMark } from './project/marks.ts'
import type { News } from './secrets/keeper.ts'
import { openSecretsKeeper } from './secrets/keeper.ts'
import { openSecretFolders, secretsOfAll } from './secrets/secret-folders.ts'
import { openChangeTeller } from './secrets/tell-change.ts'
import type { RecalledSpec } from './specs/kept-specs.ts'
import { forgetOtherSpecs, forgetSpec, recallSpec } from './specs/kept-specs.ts'
import type { Loaded } from './specs/loaded-services.ts'
import { onlyOf, openLoadedServices } from './specs/loaded-services.ts'
import { hasHealth, openTakenConfig } from './taken-config.ts'
import { openWaiting } from './waiting.ts'

type SupervisorDeps = EffectFacts & NewsDeps & { readonly journal: Journal }

export type Supervisor = Disposable &
  Orders & {
    /** Somebody wants them to be stopped, and not only for now. All without names. */
    hold(names: readonly string[]): void
    /** Services that another supervisor left running, and whose config this one has not read. */
    unread(): readonly string[]
    /** With what the config says of that one: it is watched, renewed and started again by it, and not started. */
    goOn(service: string, next: Loaded): void
    /** Says of one that it is left as it is, and why. */
    leaveUnread(service: string, reason: string): void
    /** Of a service, or of one instance, that runs; throws USAGE for another. */
    surroundingsOf(name: string): Promise<Surroundings>
    status(): readonly InstanceStatus[]
    metrics(): Pick<ProjectMetrics, 'instances' | 'lanes'>
    /** Resolves when nothing runs, and nothing will before somebody asks. */
    rest(): Promise<void>
  }

/** An adopted process is no child, so nobody is told of its end. */
const LOOK_MS = 250

export function openSupervisor(deps: SupervisorDeps): Supervisor {
  const services = new Map<string, KnownService>(deps.known.services)
  /** What ran already when this one began, by service. */
  const recalled = new Map<string, RecalledSpec>()
  const loaded = openLoadedServices((name) => recalled.get(name))
  const hiding = openHiding()
  const log = (line: string) => deps.log(hiding.hideInSentence(line))
  /** What is reported later is for the next supervisor to find. */
  let isClosed = false
  const serviceOf = (name: string) => services.get(name) ?? UNKNOWN_SERVICE
  const folders = openSecretFolders(deps.places, deps.env)
  // Of services that another supervisor started.
  for (const known of secretsOfAll(deps.places).values()) hiding.add(Object.values(known))
  const secrets = openSecretsKeeper({
    ...deps,
    folders,
    hiding,
    log,
    now: () => Date.now(),
    steady: () => performance.now(),
    tell: tellWaiting,
    changed(service, rules) {
      news.note([{ kind: 'secrets-renewed', service, message: 'its secrets are others now' }])
      tellChange(service, rules)
    },
    troubled: (service, kind, message) => news.note([{ kind, service, message }]),
  })
  const lanes = openLanes({ env: withOwnMark(deps.env, deps.places) })
  const news = openNews(deps, { hiding, isClosed: () => isClosed })
  const onChecks = news.checked
  const tally = openTally()
  const effects = openEffects({
    ...deps,
    log,
    loaded,
    lanes,
    serviceOf,
    remember,
    secrets,
    tell,
    onChecks,
    onRun: tally.ran,
  })
  const instances = openInstances({
    ...deps,
    log,
    serviceOf,
    onChange,
    perform: effects.perform,
    hasHealth: ({ service }) => hasHealth(loaded.of(service)),
  })
  const waiting = openWaiting({ instances, loaded, secrets })
  const tellChange = openChangeTeller({ instances, tell, log })
  const taken = openTakenConfig({
    loaded,
    services,
    instances,
    effects,
    remember,
    now: deps.now,
    recall: (name) => recalled.get(name),
    adopt: (name) => secrets.adopt(loaded.required(name)),
  })
  const held = openHeldServices({ services, remember, log })
  const forgetting = openForgetting({ services, instances, tally, taken, journal: deps.journal })
  for (const [id, instance] of allAsTheyAre(deps.known, markOf(deps.places))) {
    const one = instances.add(id, serviceIn(id), instance)
    const cgroup = deps.known.instances.get(id)?.instance.process?.cgroup
    if (cgroup !== undefined && !instance.process) removeCgroup(cgroup)
    news.found(one)
    if (instance.state === 'ending') effects.perform(one, 'end-processes')
    if (instance.state === 'running') recall(one)
  }
  folders.removeOthers(activeServices())
  forgetOtherSpecs(deps.places, activeServices())
  const logs = openLogUpkeep({ places: deps.places, log, all: () => instances.all() })
  const currentStatus = openLiveStatus({
    ...deps,
    effects,
    secrets,
    taken,
    hiding,
    limitsOf: (name) => (loaded.of(name) ?? recalled.get(name))?.spec.limits,
    originOf: (name) => serviceOf(name).program,
    behindOf: (one) => waiting.behindOf(one).behind,
  })
  const measure = openInstanceMetrics({ places: deps.places, counts: tally.of, statusOf: currentStatus })
  const looking = setInterval(() => effects.lookFor(instances.all()), LOOK_MS)

  /** What a plugin or a program says may repeat what it was given. */
  function tell(one: One, event: Event): void {
    if (isClosed) return
    if (event.kind === 'due') instances.tell(one, { ...event, ...waiting.behindOf(one) })
    else
      instances.tell(
        one,
        'reason' in event && event.reason ? { ...event, reason: hiding.hideInSentence(event.reason) } : event,
      )
  }

  function activeServices(): ReadonlySet<string> {
    return new Set(instances.all().flatMap(({ service, instance }) => (isAtRest(instance) ? [] : [service])))
  }

  function tellWaiting(service: string, news: News): void {
    if (news.kind === 'ready') queueMicrotask(waiting.look)
    else for (const one of waiting.onlyForSecrets(service)) tell(one, { ...news, generation: one.instance.generation })
  }

  function take(next: Loaded): void {
    taken.take(next)
    news.watched([...next.runnable.services.keys()].flatMap((name) => loaded.of(name) ?? []))
  }

  function recall({ service: name, instance }: One): void {
    const { pid } = instance.process ?? {}
    const spec = pid === undefined ? undefined : recallSpec(deps.places, { name, digest: serviceOf(name).digest, pid })
    if (spec) recalled.set(name, spec)
  }

  function remember(name: string, service: KnownService): void {
    services.set(name, service)
    deps.journal.writeService(name, service)
  }

  function onChange(one: One, before: Instance): void {
    const { id, instance } = one
    news.changed(one, before)
    tally.changed(one, before)
    if (instance.state !== before.state) {
      if (instance.state !== 'running') effects.abandon(one)
      log(`${id}: ${instance.state}${instance.reason === undefined ? '' : `: ${instance.reason}`}`)
      if (isAtRest(instance) && instances.of(one.service).every((other) => isAtRest(other.instance)))
        release(one.service)
    }
    queueMicrotask(waiting.look)
  }

  function release(name: string): void {
    secrets.release(name)
    forgetSpec(deps.places, name)
  }

  return {
    ...openOrders({ services, serviceOf, instances, held, forgetting, news, take, journal: deps.journal }),
    unread: () =>
      instances
        .all()
        .flatMap(({ service, instance }) =>
          instance.state === 'running' && loaded.of(service) === undefined ? [service] : [],
        ),
    goOn: (service, next) => deps.journal.together(() => take(onlyOf(service, next))),
    leaveUnread(service, reason) {
      for (const one of instances.of(service)) {
        const { generation, health, state } = one.instance
        if (state === 'running' && health !== 'none')
          tell(one, { kind: 'health', generation, health: 'starting', reason })
      }
    },
    hold: (names) => deps.journal.together(() => held.hold(names)),
    surroundingsOf: async (name) => await effects.surroundingsOf(runningOne(instances.all(), name)),
    status: () => instances.all().map(currentStatus),
    metrics: () => ({ instances: measure(instances.all()), lanes: lanes.lateness() }),
    rest: () => instances.until(() => instances.all().every(({ instance }) => isAtRest(instance))),
    [Symbol.dispose]: () => {
      isClosed = true
      clearInterval(looking)
      logs[Symbol.dispose]()
      effects[Symbol.dispose]()
      secrets[Symbol.dispose]()
      lanes[Symbol.dispose]()
      deps.journal[Symbol.dispose]()
    },
  }
}
