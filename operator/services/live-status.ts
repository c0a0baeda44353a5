// How an instance is, as its supervisor knows it now: what it saw and was told of it, and what the machine says.
import type { ServiceLimits } from '../../config/model/service-spec.ts'
import type { Hiding } from '../hiding.ts'
import type { InstanceStatus } from './control/protocol.ts'
import type { Effects } from './effects.ts'
import type { SeenCheck } from './health/health-watch.ts'
import type { One } from './journal/instances.ts'
import type { ProgramOrigin } from './journal/journal.ts'
import { isAtRest } from './life/lifecycle.ts'
import type { Places } from './project/places.ts'
import type { SecretsKeeper } from './secrets/keeper.ts'
import { statusOf } from './status/status.ts'

type Known = {
  readonly places: Places
  readonly now: () => number
  readonly effects: Pick<Effects, 'seen'>
  readonly secrets: Pick<SecretsKeeper, 'statusOf'>
  readonly taken: { differs(name: string): boolean }
  readonly hiding: Pick<Hiding, 'hideInSentence'>
  readonly limitsOf: (service: string) => ServiceLimits | undefined
  readonly originOf: (service: string) => ProgramOrigin | undefined
  /** Which services that come first are not there yet. */
  readonly behindOf: (one: One) => string | undefined
}

export function openLiveStatus(known: Known) {
  const { places, now, effects, secrets, taken, hiding, limitsOf, originOf, behindOf } = known
  /** What plugins say may repeat what they were given. */
  function hidden(checks: readonly SeenCheck[] | undefined): readonly SeenCheck[] | undefined {
    return checks?.map((check) =>
      check.summary === undefined ? check : { ...check, summary: hiding.hideInSentence(check.summary) },
    )
  }

  /** Why it waits. */
  function reasoned(one: One): One {
    const behind = behindOf(one)
    return behind === undefined ? one : { ...one, instance: { ...one.instance, reason: behind } }
  }

  return (one: One): InstanceStatus =>
    statusOf(reasoned(one), {
      places,
      now: now(),
      checks: hidden(effects.seen(one)),
      secrets: isAtRest(one.instance) ? undefined : secrets.statusOf(one.service),
      differs: taken.differs(one.service),
      limits: limitsOf(one.service),
      program: originOf(one.service),
    })
}
