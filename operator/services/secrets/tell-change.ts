// Tells a running service that its secrets are others, as its config says: it is started anew, gets a signal, or hears nothing.
import type { ChangeRule } from '../../../config/model/service-spec.ts'
import { CHANGE_RULES } from '../../../config/model/service-spec.ts'
import type { ProcessIdentity } from '../../../system/process/identity.ts'
import { isAlive } from '../../../system/process/identity.ts'
import type { Instances, One } from '../instances.ts'
import type { Event } from '../lifecycle.ts'
import { isSettled } from '../lifecycle.ts'

type Deps = {
  readonly instances: Instances
  readonly tell: (one: One, event: Event) => void
  readonly log: (line: string) => void
}

/** Of several rules the strongest counts. One after the other: at any time all but one of them answer. */
export async function tellChange(
  service: string,
  rules: ReadonlySet<ChangeRule>,
  { instances, tell, log }: Deps,
): Promise<void> {
  const rule = CHANGE_RULES.find((one) => rules.has(one)) ?? 'nothing'
  log(`${service}: its secrets have changed: ${rule}`)
  if (rule === 'nothing') return
  const running = instances.of(service).map((one) => ({ one, generation: one.instance.generation }))
  for (const { one, generation } of running) {
    // What was started meanwhile was started with the new ones.
    if (one.instance.state !== 'running' || one.instance.generation !== generation) continue
    if (rule !== 'restart') sendSignal(one.instance.process, rule)
    else {
      tell(one, { kind: 'renewed', generation })
      await instances.until(() => isSettled(one.instance))
    }
  }
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
