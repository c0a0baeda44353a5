// What happened to the services of a project, one thing after the other, for whoever asks later: more than anybody is sent a
// message of. Pure. Texts are without secrets and of one line before they get here.
import type { CheckStatus } from '../../../schemas/check-result.ts'
import { omitUndefined } from '../../../schemas/omit-undefined.ts'
import { formatDuration } from '../../../terminal/index.ts'
import type { Happening } from '../../notifications/happening.ts'
import type { One } from '../journal/instances.ts'
import type { End } from '../life/end.ts'
import { endInWords } from '../life/end.ts'
import type { Instance } from '../life/lifecycle.ts'

type EventKind =
  | ('supervisor-started' | 'supervisor-ended' | 'applied' | 'adopted')
  | ('started' | 'exited' | 'healthy' | 'unhealthy' | 'restarting' | 'failed' | 'gave-up' | 'completed' | 'stopped')
  | ('check-failed' | 'check-passed')
  | ('secrets-renewed' | 'secrets-failed' | 'secrets-recovered' | 'notifier')
  /** Some that could not be written down. */
  | 'lost'

export type ServiceEvent = {
  readonly kind: EventKind
  readonly service?: string
  /** `service.replica`. */
  readonly instance?: string
  /** One sentence for people. */
  readonly message: string
  readonly pid?: number
  readonly end?: End
  /** In a row. */
  readonly failures?: number
  /** Before it is tried again. */
  readonly pauseMs?: number
  readonly check?: string
  readonly status?: CheckStatus
  readonly notifier?: string
}

type Told = Omit<ServiceEvent, 'service' | 'instance'>

/** After one change of an instance. */
export function instanceEvents({ id, service, instance }: One, before: Instance): readonly ServiceEvent[] {
  const all = [...endOf(instance, before), ...healthOf(instance, before), ...stateOf(instance, before)]
  return all.map((told) => ({ service, instance: id, ...told }))
}

function endOf({ end, endedAt }: Instance, before: Instance): readonly Told[] {
  if (end === undefined || endedAt === undefined || endedAt === before.endedAt) return []
  return [{ kind: 'exited', message: endInWords(end), end, ...pidOf(before) }]
}

function pidOf({ process }: Instance): { readonly pid?: number } {
  return omitUndefined({ pid: process?.pid })
}

function healthOf({ state, health, reason = '' }: Instance, before: Instance): readonly Told[] {
  if (state !== 'running' || before.state !== 'running' || health === before.health) return []
  if (health === 'healthy') return [{ kind: 'healthy', message: 'is healthy' }]
  return health === 'unhealthy' ? [{ kind: 'unhealthy', message: reason }] : []
}

function stateOf(instance: Instance, before: Instance): readonly Told[] {
  const { state, reason = '', failures, pauseMs } = instance
  if (state === before.state) return []
  switch (state) {
    case 'running':
      return [{ kind: 'started', message: 'was started', ...pidOf(instance) }]
    case 'pausing':
      return [
        { kind: 'restarting', message: `${reason}; tried again in ${formatDuration(pauseMs)}`, failures, pauseMs },
      ]
    case 'failed':
      return [{ kind: 'failed', message: reason }]
    case 'gave-up':
      return [{ kind: 'gave-up', message: reason, failures }]
    case 'completed':
      return [{ kind: 'completed', message: 'ended by itself, with exit code 0' }]
    case 'stopped':
      return [{ kind: 'stopped', message: reason === '' ? 'was stopped' : reason }]
    default:
      return []
  }
}

/** As a supervisor finds it that has just begun. */
export function foundEvents(one: One, before: Instance): readonly ServiceEvent[] {
  const { id, service, instance } = one
  if (instance.state !== 'running' || !instance.process) return instanceEvents(one, before)
  const message = `runs since before this supervisor, as process ${instance.process.pid}`
  return [{ kind: 'adopted', service, instance: id, message, ...pidOf(instance) }]
}

/** Of what its checks tell. */
export function checkEvent({ kind, service, instance, check, status, message }: Happening): ServiceEvent {
  return {
    kind: kind === 'well' ? 'check-passed' : 'check-failed',
    ...omitUndefined({ service, instance, check, status }),
    message,
  }
}
