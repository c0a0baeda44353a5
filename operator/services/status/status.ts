// How one instance is, for people and programs: as its supervisor knows it, or as the journal and the machine tell without one.
import type { ServiceLimits } from '../../../config/model/service-spec.ts'
import { omitUndefined } from '../../../schemas/omit-undefined.ts'
import { keptBytes } from '../../logs/kept-log.ts'
import type { InstanceStatus } from '../control/protocol.ts'
import type { SeenCheck } from '../health/health-watch.ts'
import { allAsTheyAre } from '../journal/adopt.ts'
import type { One } from '../journal/instances.ts'
import type { ProgramOrigin } from '../journal/journal.ts'
import { readJournal, serviceIn } from '../journal/journal.ts'
import { limitsInForce } from '../limits/in-force.ts'
import { markOf } from '../project/marks.ts'
import type { Places } from '../project/places.ts'
import { logPath } from '../project/places.ts'
import type { SecretsStatus } from '../secrets/entry.ts'

type Facts = {
  readonly places: Places
  readonly now: number
  readonly checks?: readonly SeenCheck[] | undefined
  readonly differs?: boolean
  readonly secrets?: SecretsStatus | undefined
  /** Those that it is to have. */
  readonly limits?: ServiceLimits | undefined
  readonly program?: ProgramOrigin | undefined
}

export function statusOf(
  { id, service, instance }: One,
  { places, now, checks, differs, secrets, limits, program }: Facts,
): InstanceStatus {
  const { state, health, failures, startedAt, due, end, reason, process } = instance
  const log = logPath(places, id)
  const runs = process !== undefined && (state === 'running' || state === 'ending' || state === 'failed')
  return {
    service,
    instance: id,
    state,
    health,
    failures,
    log,
    logBytes: Math.max(keptBytes(log), 0),
    ...(runs ? { pid: process.pid } : {}),
    ...(state === 'running' && startedAt !== undefined ? { upMs: Math.max(0, Math.round(now - startedAt)) } : {}),
    ...(state === 'pausing' && due !== undefined ? { retryInMs: Math.max(0, Math.round(due - now)) } : {}),
    ...omitUndefined({ end, reason, checks, secrets }),
    ...(runs && limits ? { limits: limitsInForce(limits, process) } : {}),
    ...omitUndefined({ program }),
    ...(differs ? { differs } : {}),
  }
}

/** Without a supervisor: what the journal says, held to what runs. Nothing is changed. */
export function statusWithoutSupervisor(places: Places, now: number): readonly InstanceStatus[] {
  const journal = readJournal(places.journal)
  const found = allAsTheyAre(journal, markOf(places))
  return [...found].map(([id, instance]) => {
    const service = serviceIn(id)
    const { program } = journal.services.get(service) ?? {}
    return statusOf({ id, service, instance }, { places, now, program })
  })
}
