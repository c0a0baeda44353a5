// What somebody asks of the services of a project, until it is so: that they start, stop, or become what another config says.
import type { Changes } from './changes.ts'
import { changedMeanwhile, changesInWords, changesOf } from './changes.ts'
import type { openNews } from './events/news.ts'
import type { openForgetting } from './forgetting.ts'
import type { openHeldServices } from './journal/held-services.ts'
import type { Instances, One } from './journal/instances.ts'
import type { Journal, KnownService } from './journal/journal.ts'
import { isAtRest, isSettled } from './life/lifecycle.ts'
import { isFlapping } from './life/pause.ts'
import type { Loaded } from './specs/loaded-services.ts'

export type Orders = {
  /**
   * Starts them, with what they wait for; resolves when all are up or will not come up. All without names, but after a boot
   * those that somebody had stopped and that are to stay so.
   */
  start(loaded: Loaded, names: readonly string[], isBoot?: boolean): Promise<void>
  /** Each after those that wait for it; resolves when nothing of them is left, or cannot be ended. All without names. */
  stop(names: readonly string[]): Promise<void>
  /** Stops, starts and forgets what differs from the config, and leaves all else alone. Throws CHANGES_OUTDATED. */
  apply(next: Loaded & { readonly isPartial: boolean }, isAsShown: (changes: Changes) => boolean): Promise<void>
}

type OrdersDeps = {
  readonly services: ReadonlyMap<string, KnownService>
  readonly serviceOf: (name: string) => KnownService
  readonly instances: Instances
  readonly held: ReturnType<typeof openHeldServices>
  readonly forgetting: ReturnType<typeof openForgetting>
  readonly news: Pick<ReturnType<typeof openNews>, 'note' | 'use'>
  readonly journal: Pick<Journal, 'together'>
  readonly take: (next: Loaded) => void
}

export function openOrders(deps: OrdersDeps): Orders {
  const { services, serviceOf, instances, held, forgetting, news, take } = deps

  /** More replicas than the config asks for are left as they are. */
  function isWithin({ id, service }: One): boolean {
    return Number(id.slice(service.length + 1)) <= serviceOf(service).replicas
  }

  async function settled(chosen: readonly One[]): Promise<void> {
    await instances.until(() => chosen.every(({ instance }) => isSettled(instance) || isFlapping(instance)))
  }

  async function stopAll(chosen: readonly One[]): Promise<void> {
    await Promise.all(
      chosen.map(async (one) => {
        const first = chosen.filter(({ service }) => serviceOf(service).waitsFor.includes(one.service))
        await instances.until(() => first.every(({ instance }) => isAtRest(instance)))
        instances.tell(one, { kind: 'stop' })
        await instances.until(() => isAtRest(one.instance))
      }),
    )
  }

  return {
    async start(next, names, isBoot = false) {
      const before = new Map([...services].map(([name, { digest }]) => [name, digest]))
      const chosen: One[] = []
      deps.journal.together(() => {
        news.use(next)
        take(next)
        const all = [...next.runnable.services.values()]
        const wanted = isBoot && names.length === 0 ? held.afterBoot(all) : all
        held.release(wanted.map(({ name }) => name))
        chosen.push(...wanted.flatMap(({ name }) => instances.of(name)).filter(isWithin))
        const isNew = (name: string) => names.includes(name) || before.get(name) !== serviceOf(name).digest
        for (const one of chosen) instances.tell(one, { kind: 'start', again: isNew(one.service) })
      })
      await settled(chosen)
    },
    stop: (names) => stopAll(instances.all().filter(({ service }) => names.length === 0 || names.includes(service))),
    async apply(next, isAsShown) {
      const { runnable, isPartial } = next
      const all = instances.all()
      const found = all.map(({ id, service, instance }) => ({ service, instance: id, state: instance.state }))
      const changes = changesOf({ services, instances: found, next: runnable, isPartial })
      if (!isAsShown(changes)) throw changedMeanwhile()
      await stopAll(instances.all().filter(({ id }) => changes.stops.includes(id)))
      for (const { service, action } of changes.changes) if (action === 'remove') forgetting.service(service)
      news.use(next)
      if (changes.changes.length > 0) news.note([{ kind: 'applied', message: changesInWords(changes) }])
      take(next)
      for (const one of instances.all())
        if (runnable.services.has(one.service) && !isWithin(one)) forgetting.instance(one)
      const started = instances.all().filter(({ id }) => changes.starts.includes(id))
      held.release(started.map(({ service }) => service))
      for (const one of started) instances.tell(one, { kind: 'start', again: true })
      // Also what another supervisor left: it is looked at anew.
      await settled([...runnable.services.keys()].flatMap((name) => instances.of(name)).filter(isWithin))
    },
  }
}
