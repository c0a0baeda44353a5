// What keeps services from being started on this machine, as far as a config tells by itself. Pure.
import type { CodedError } from '../../schemas/errors.ts'
import { isCoded } from '../../schemas/errors.ts'
import type { OctoConfig, ServiceConfig } from './config.ts'
import { PHASES } from './config.ts'
import { OPERATOR_KIND } from './requests.ts'
import { lookAtOrder } from './service-order.ts'

/** Nothing where a plugin runs the services, and of a service that may have checks alone: whoever starts it says so. */
export function serviceProblems({ operator, services }: OctoConfig): readonly CodedError[] {
  if (operator?.kind === 'plugin') return []
  const enabled = services.filter((service) => service.enabled)
  const unread = enabled.flatMap((service) => {
    const { spec, problems } = service
    return isCoded(spec) && (service.hasProgram || meansToRun(service)) ? (problems ?? [spec]) : []
  })
  const ordered = enabled.flatMap(({ name, place, spec, checks }) =>
    isCoded(spec) ? [] : [{ name, place, spec, hasHealth: checks.health.some(isForUs) }],
  )
  const { problems } = lookAtOrder(ordered, new Set(enabled.map(({ name }) => name)))
  return [...unread, ...problems]
}

function isForUs({ enabled, operators }: ServiceConfig['checks']['health'][number]): boolean {
  return enabled && (operators === undefined || operators.includes(OPERATOR_KIND))
}

/** It has a key that nobody knows, and nothing that octo does for it. */
function meansToRun({ spec, checks }: ServiceConfig): boolean {
  return isCoded(spec) && spec.details.unknownKeys !== undefined && PHASES.every((phase) => checks[phase].length === 0)
}
