// What of the life of an instance and of its checks somebody may want to be told of.
import { omitUndefined } from '../../../schemas/omit-undefined.ts'
import type { Happening } from '../../notifications/happening.ts'
import type { SeenCheck } from '../health/health-watch.ts'
import type { One } from '../journal/instances.ts'
import { endInWords } from '../life/end.ts'
import type { Instance } from '../life/lifecycle.ts'
import { stableAfterMs } from '../life/pause.ts'

type Told = Pick<Happening, 'kind' | 'message' | 'holdMs'>

/** After one change of its state or health. */
export function happeningsOf({ id, service, instance }: One, before: Instance): readonly Happening[] {
  return changesOf(instance, before).map((told) => ({ service, instance: id, ...told }))
}

function changesOf(instance: Instance, before: Instance): readonly Told[] {
  const { state, health, reason = '' } = instance
  if (state === before.state)
    return health === 'healthy' && before.health !== 'healthy' ? [{ kind: 'well', message: 'is healthy' }] : []
  switch (state) {
    case 'running':
      return startedOf(instance)
    case 'pausing':
      return [{ kind: hasCrashed(instance, before) ? 'crashed' : 'failed', message: `${reason}; it is tried again` }]
    case 'failed':
      return [{ kind: hasCrashed(instance, before) ? 'crashed' : 'failed', message: reason }]
    case 'gave-up':
      return [{ kind: 'gave-up', message: `${reason}; it is not tried again` }]
    case 'completed':
      return [{ kind: 'stopped', message: 'ended by itself, with exit code 0' }]
    case 'stopped':
      return [stoppedOf(instance)]
    default:
      return []
  }
}

/** Nobody asked for it: it ended while nobody watched, and what it had left is gone now. */
function stoppedOf({ isWanted, end = { kind: 'unknown' } }: Instance): Told {
  return isWanted ? { kind: 'crashed', message: endInWords(end) } : { kind: 'stopped', message: 'was stopped' }
}

/** Where nothing checks it, it is well when it has run for a while. */
function startedOf({ health, pauseMs }: Instance): readonly Told[] {
  const started: Told = { kind: 'started', message: 'was started' }
  if (health !== 'none') return [started]
  return [started, { kind: 'well', message: 'runs again', holdMs: stableAfterMs(pauseMs) }]
}

/** Its program ran and ended; otherwise it was not even started, or does not end. */
function hasCrashed({ end, reason }: Instance, before: Instance): boolean {
  return before.state === 'ending' && end !== undefined && reason === endInWords(end)
}

/** What came to an end while nobody watched, as it is found. */
export function foundHappenings(id: string, service: string, { before, found }: Found): readonly Happening[] {
  if (found.state !== 'stopped' || before.state !== 'running' || found.end?.kind !== 'unknown') return []
  return [{ service, instance: id, kind: 'crashed', message: endInWords(found.end) }]
}

type Found = { readonly before: Instance; readonly found: Instance }

/** After a look at its checks. */
export function checkHappenings(
  { id, service }: Pick<One, 'id' | 'service'>,
  seen: readonly SeenCheck[],
  before: readonly SeenCheck[] = [],
): readonly Happening[] {
  return seen.flatMap((check): readonly Happening[] => {
    const kind = kindOf(check)
    const last = before.find(({ label }) => label === check.label)
    if (kind === undefined || (last && kindOf(last) === kind && last.status === check.status)) return []
    const { name, status, summary = '' } = check
    return [{ service, instance: id, check: name, kind, message: summary, ...omitUndefined({ status }) }]
  })
}

/** A warning keeps it healthy, and is told; so is what cannot be found out any more. One failure of several that are needed to decide says nothing yet. */
function kindOf({ state, status, unsure }: SeenCheck): 'failed' | 'well' | undefined {
  if (unsure) return 'failed'
  if (state === 'unhealthy' || (state === 'healthy' && status === 'warn')) return 'failed'
  return state === 'healthy' && status === 'ok' ? 'well' : undefined
}
