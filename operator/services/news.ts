// What a supervisor sees, on its way to the people whom the config names: without the secrets of services, and never waited for.
import { MARK } from '../../system/process/mark.ts'
import type { Happening } from '../notifications/happening.ts'
import type { Notifications } from '../notifications/notifications.ts'
import { senderOf } from '../notifications/send.ts'
import { checkHappenings, foundHappenings, happeningsOf } from './happenings.ts'
import type { SeenCheck } from './health-watch.ts'
import type { One } from './instances.ts'
import type { Known } from './journal.ts'
import type { Instance } from './lifecycle.ts'
import type { Loaded } from './loaded-services.ts'
import { ownMark } from './marks.ts'
import type { Places } from './places.ts'
import type { Hiding } from './secrets/hiding.ts'

export type NewsDeps = {
  readonly notifications: Pick<Notifications, 'tell' | 'use'>
  readonly known: Known
  readonly env: Readonly<Record<string, string | undefined>>
  readonly places: Places
}

type Telling = { readonly hiding: Pick<Hiding, 'hideInSentence'>; readonly isClosed: () => boolean }

export function openNews({ notifications, known, env, places }: NewsDeps, { hiding, isClosed }: Telling) {
  function tell(happenings: readonly Happening[]): void {
    if (isClosed()) return
    for (const happening of happenings)
      notifications.tell({ ...happening, message: hiding.hideInSentence(happening.message) })
  }

  return {
    /** From now on those are told whom this config names. */
    use({ runnable: { telling }, locate }: Loaded): void {
      const marked = { ...env, [MARK]: ownMark(places) }
      if (telling) notifications.use({ ...telling, send: senderOf({ env: marked, locate }) })
    },
    changed: (one: One, before: Instance) => tell(happeningsOf(one, before)),
    checked: (one: One, seen: readonly SeenCheck[], before?: readonly SeenCheck[]) =>
      tell(checkHappenings(one, seen, before)),
    /** As it is found by this supervisor. */
    found({ id, service, instance: found }: One): void {
      const before = known.instances.get(id)?.instance
      if (before) tell(foundHappenings(id, service, { before, found }))
    },
  }
}
