// What a supervisor sees, on its way to the events that it keeps and to the people whom the config names: without the secrets of
// services, and never waited for.

import { MARK } from '../../../system/process/mark.ts'
import type { PlannedCheck } from '../../check/plan.ts'
import type { Hiding } from '../../hiding.ts'
import type { Happening } from '../../notifications/happening.ts'
import type { Notifications } from '../../notifications/notifications.ts'
import { aboutOf } from '../../notifications/problems.ts'
import { senderOf } from '../../notifications/send.ts'
import type { SeenCheck } from '../health/health-watch.ts'
import { nameOfCheck } from '../health/health-watch.ts'
import type { One } from '../journal/instances.ts'
import type { Known } from '../journal/journal.ts'
import type { Instance } from '../life/lifecycle.ts'
import { ownMark } from '../project/marks.ts'
import type { Places } from '../project/places.ts'
import type { Loaded } from '../specs/loaded-services.ts'
import type { RunnableService } from '../specs/runnable.ts'
import type { ServiceEvent } from './event.ts'
import { checkEvent, foundEvents, instanceEvents } from './event.ts'
import type { EventLog } from './event-log.ts'
import { checkHappenings, foundHappenings, happeningsOf } from './happenings.ts'

export type NewsDeps = {
  readonly notifications: Pick<Notifications, 'tell' | 'use' | 'retire'>
  readonly events: Pick<EventLog, 'write'>
  readonly known: Known
  readonly env: Readonly<Record<string, string | undefined>>
  readonly places: Places
}

type Telling = { readonly hiding: Pick<Hiding, 'hideInSentence'>; readonly isClosed: () => boolean }

export function openNews({ notifications, events, known, env, places }: NewsDeps, { hiding, isClosed }: Telling) {
  function tell(happenings: readonly Happening[]): void {
    if (isClosed()) return
    for (const happening of happenings)
      notifications.tell({ ...happening, message: hiding.hideInSentence(happening.message) })
  }

  function note(all: readonly ServiceEvent[]): void {
    if (isClosed()) return
    for (const event of all) events.write({ ...event, message: hiding.hideInSentence(event.message) })
  }

  return {
    /** For those who look at what happened; nobody is sent a message of it. */
    note,
    /** From now on those are told whom this config names. */
    use({ runnable: { telling }, locate }: Loaded): void {
      const marked = { ...env, [MARK]: ownMark(places) }
      if (telling) notifications.use({ ...telling, send: senderOf({ env: marked, locate }) })
    },
    /** Of these services no other checks are looked at any more. */
    watched(services: readonly RunnableService[]): void {
      const names = new Map(services.map(({ name, checks }) => [name, new Set(checks.health.map(shownNameOf))]))
      notifications.retire(
        ({ service, check }) => check !== undefined && names.get(service ?? '')?.has(check) === false,
      )
    },
    changed(one: One, before: Instance): void {
      note(instanceEvents(one, before))
      tell(happeningsOf(one, before))
    },
    checked(one: One, seen: readonly SeenCheck[], before?: readonly SeenCheck[]): void {
      const happenings = checkHappenings(one, seen, before)
      note(happenings.map(checkEvent))
      tell(happenings)
    },
    /** As it is found by this supervisor. */
    found(one: One): void {
      const { id, service, instance: found } = one
      const before = known.instances.get(id)?.instance
      if (!before) return
      note(foundEvents(one, before))
      tell(foundHappenings(id, service, { before, found }))
    },
  }
}

/** As it stands in what was told of it. */
function shownNameOf(check: PlannedCheck): string {
  return aboutOf({ check: check.fate.kind === 'run' ? nameOfCheck(check) : '' }).check ?? ''
}
