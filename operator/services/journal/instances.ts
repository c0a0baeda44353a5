// All instances of a project, and what happens to them: one event after the other, each on disk before anything is done for it.

import type { Effect, Event, Instance } from '../life/lifecycle.ts'
import { NEW_INSTANCE, step } from '../life/lifecycle.ts'
import { withCleanReason } from '../life/said-by-others.ts'
import type { Journal, KnownService } from './journal.ts'

export type One = { readonly id: string; readonly service: string; instance: Instance }

type InstancesDeps = {
  readonly journal: Pick<Journal, 'writeInstance'>
  readonly now: () => number
  readonly random: () => number
  readonly serviceOf: (name: string) => KnownService
  readonly hasHealth: (one: One) => boolean
  /** Does what follows; what it comes to is told later, with the generation that it was asked in. */
  readonly perform: (one: One, effect: Effect) => void
  /** After every change. */
  readonly onChange: (one: One, before: Instance) => void
  readonly log: (line: string) => void
}

export type Instances = {
  readonly all: () => readonly One[]
  readonly of: (service: string) => readonly One[]
  add(id: string, service: string, instance?: Instance): One
  tell(one: One, event: Event): void
  /** One that is at rest, of which nobody will hear any more. */
  forget(one: One): void
  /** Resolves when it is so, which is asked after every change. */
  until(isSo: () => boolean): Promise<void>
}

export function openInstances(deps: InstancesDeps): Instances {
  const byId = new Map<string, One>()
  /** Asked for so often that looking through all takes most of the start of many. */
  const byService = new Map<string, readonly One[]>()
  const queue: { readonly one: One; readonly event: Event }[] = []
  const waiting = new Set<() => void>()
  let isBusy = false

  function handle(one: One, event: Event): void {
    const before = one.instance
    const { instance, effects } = step(before, event, {
      restart: deps.serviceOf(one.service).restart,
      hasHealth: deps.hasHealth(one),
      now: deps.now(),
      random: deps.random(),
    })
    if (instance === before) return
    one.instance = instance
    const problem = write(one)
    deps.onChange(one, before)
    // What could not be written down would be lost with the supervisor, so it is not begun.
    if (problem !== undefined && effects.includes('spawn'))
      queue.push({ one, event: { kind: 'not-spawned', generation: instance.generation, reason: problem } })
    else for (const effect of effects) deps.perform(one, effect)
  }

  function write({ id, instance }: One): string | undefined {
    try {
      deps.journal.writeInstance(id, instance)
      return undefined
    } catch (error) {
      const problem = `the journal could not be written: ${(error as NodeJS.ErrnoException).code ?? String(error)}`
      deps.log(`${id}: ${problem}`)
      return problem
    }
  }

  function of(service: string): readonly One[] {
    return byService.get(service) ?? []
  }

  return {
    all: () => [...byId.values()],
    of,
    add(id, service, instance = NEW_INSTANCE) {
      const known = byId.get(id)
      if (known) return known
      const one = { id, service, instance }
      byId.set(id, one)
      byService.set(service, [...of(service), one])
      return one
    },
    forget({ id, service }) {
      byId.delete(id)
      byService.set(
        service,
        of(service).filter((one) => one.id !== id),
      )
    },
    tell(one, event) {
      queue.push({ one, event: withCleanReason(event) })
      if (isBusy) return
      isBusy = true
      try {
        for (let next = queue.shift(); next; next = queue.shift()) handle(next.one, next.event)
      } finally {
        isBusy = false
      }
      for (const look of [...waiting]) look()
    },
    until(isSo) {
      return new Promise((resolve) => {
        const look = () => {
          if (!isSo()) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      })
    },
  }
}
