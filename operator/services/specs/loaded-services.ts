// What configs have said so far to one supervisor. What runs keeps what it was started with, and each plugin is looked at once
// more by the client that proved it.
import type { VerifiedExecutable } from '../../../client/index.ts'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import type { RecalledSpec } from './kept-specs.ts'
import { runAlone } from './kept-specs.ts'
import type { Runnable, RunnableService } from './runnable.ts'

/** What a config says, and the look at its files right before they run. */
export type Loaded = {
  readonly runnable: Runnable
  readonly locate: (executable: VerifiedExecutable) => VerifiedExecutable
}

export type LoadedServices = {
  /** All but those that are to stay as they are. */
  take(next: Loaded, kept?: ReadonlySet<string>): void
  of(name: string): RunnableService | undefined
  waitsFor(name: string): Runnable['order'] extends ReadonlyMap<string, infer Edges> ? Edges : never
  required(name: string): Loaded & { readonly service: RunnableService }
}

/** What another supervisor left running is in no config that this one has read. */
export function openLoadedServices(recalled: (name: string) => RecalledSpec | undefined): LoadedServices {
  let services: Runnable['services'] = new Map()
  let order: Runnable['order'] = new Map()
  let provided: Runnable['provided'] = new Map()
  const provers = new WeakMap<VerifiedExecutable, Loaded['locate']>()
  const locate = (executable: VerifiedExecutable) => {
    const prove = provers.get(executable)
    if (prove) return prove(executable)
    throw coded('INTERNAL', { message: `plugin ${quote(executable.plugin)} is started without a look at its files` })
  }

  return {
    take(next, kept = new Set()) {
      services = new Map([...services, ...without(next.runnable.services, kept)])
      order = new Map([...order, ...without(next.runnable.order, kept)])
      provided = new Map([...provided, ...next.runnable.provided])
      for (const outcome of next.runnable.provided.values())
        if (outcome.state === 'done') provers.set(outcome.value, next.locate)
    },
    of: (name) => services.get(name),
    waitsFor: (name) => order.get(name) ?? [],
    required(name) {
      const service = services.get(name)
      if (service) return { service, locate, runnable: { services, order, provided } }
      const spec = recalled(name)
      const alone = spec && runAlone(name, spec)
      if (alone) return { ...alone, locate }
      throw coded('INTERNAL', { message: `service ${quote(name)} is started without its config` })
    },
  }
}

/** The rest of what was read with it stays as it is. */
export function onlyOf(name: string, { runnable, locate }: Loaded): Loaded {
  const service = runnable.services.get(name)
  return { locate, runnable: { ...runnable, services: new Map(service ? [[name, service]] : []) } }
}

function without<Value>(all: ReadonlyMap<string, Value>, kept: ReadonlySet<string>): (readonly [string, Value])[] {
  return [...all].filter(([name]) => !kept.has(name))
}
