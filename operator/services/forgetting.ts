// Forgets services and replicas that no config asks for any more. What does not end is not forgotten.
import type { Instances, One } from './journal/instances.ts'
import type { Journal, KnownService } from './journal/journal.ts'
import { isAtRest } from './life/lifecycle.ts'
import type { Tally } from './metrics/tally.ts'

type Deps = {
  readonly services: Map<string, KnownService>
  readonly instances: Pick<Instances, 'of' | 'tell' | 'forget'>
  readonly tally: Pick<Tally, 'forget'>
  readonly taken: { forget(name: string): void }
  readonly journal: Pick<Journal, 'forgetService' | 'forgetInstance'>
}

export function openForgetting({ services, instances, tally, taken, journal }: Deps) {
  /** What is wrong with it is over then, and people are told so. */
  function endAndForget(one: One): void {
    instances.tell(one, { kind: 'stop' })
    instances.forget(one)
    tally.forget(one.id)
  }

  return {
    service(name: string): void {
      const own = instances.of(name)
      if (own.some(({ instance }) => instance.process)) return
      for (const one of own) endAndForget(one)
      services.delete(name)
      taken.forget(name)
      journal.forgetService(name)
    },
    instance(one: One): void {
      if (!isAtRest(one.instance) || one.instance.process) return
      endAndForget(one)
      journal.forgetInstance(one.id)
    },
  }
}
