// Tells a running service that its secrets are others, as its config says: it is started anew, gets a signal, or hears nothing.
import type { ChangeRule } from '../../../config/model/service-spec.ts'
import { CHANGE_RULES } from '../../../config/model/service-spec.ts'
import type { ProcessIdentity } from '../../../system/process/identity.ts'
import { isAlive } from '../../../system/process/identity.ts'
import type { Instances, One } from '../journal/instances.ts'
import type { Event } from '../life/lifecycle.ts'
import { isSettled } from '../life/lifecycle.ts'

type Deps = {
  readonly instances: Pick<Instances, 'of' | 'until'>
  readonly tell: (one: One, event: Event) => void
  readonly log: (line: string) => void
}

type Told = { readonly one: One; readonly generation: number }

/**
 * Of several rules the strongest counts. One after the other: at any time all but one of them answer, also where other secrets
 * come while they are started anew.
 */
export function openChangeTeller({ instances, tell, log }: Deps) {
  const underWay = new Map<string, Promise<void>>()

  async function restart(running: readonly Told[]): Promise<void> {
    for (const told of running) {
      // What was started meanwhile was started with the new ones.
      if (!isSame(told)) continue
      tell(told.one, { kind: 'renewed', generation: told.generation })
      await instances.until(() => isSettled(told.one.instance))
    }
  }

  return (service: string, rules: ReadonlySet<ChangeRule>): void => {
    const rule = CHANGE_RULES.find((one) => rules.has(one)) ?? 'nothing'
    log(`${service}: its secrets have changed: ${rule}`)
    const running = instances
      .of(service)
      .map((one) => ({ one, generation: one.instance.generation }))
      .filter(isSame)
    if (rule === 'nothing') return
    if (rule !== 'restart') for (const { one } of running) sendSignal(one.instance.process, rule)
    else
      underWay.set(
        service,
        (underWay.get(service) ?? Promise.resolve()).then(() => restart(running)),
      )
  }
}

function isSame({ one: { instance }, generation }: Told): boolean {
  return instance.state === 'running' && instance.generation === generation
}

/** Asked right before: the number may be another's by now. */
function sendSignal(identity: ProcessIdentity | undefined, signal: NodeJS.Signals): void {
  if (!identity || !isAlive(identity)) return
  try {
    process.kill(identity.pid, signal)
  } catch {
    // It has ended meanwhile, and that is noticed elsewhere.
  }
}
