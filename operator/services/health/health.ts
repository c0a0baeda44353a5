// What the results of a check of a running service come to, one after the other. A warning keeps healthy; `unknown` neither
// heals nor harms what was decided, but what has never been anything else is not healthy either.
import type { CheckItem } from '../../../config/model/config.ts'
import type { CheckStatus } from '../../../schemas/check-result.ts'
import type { Health } from '../life/lifecycle.ts'

type Thresholds = Pick<CheckItem, 'successThreshold' | 'failureThreshold'>

export type CheckHealth = {
  readonly state: Exclude<Health, 'none'>
  /** In a row. */
  readonly passed: number
  readonly failed: number
  /** Up to now. */
  readonly unknown: number
}

export const NOT_CHECKED: CheckHealth = { state: 'starting', passed: 0, failed: 0, unknown: 0 }

/** What was decided is old: it has not been found out for so long that the opposite would have been decided. */
export function isUnsure({ state, unknown }: CheckHealth, { failureThreshold }: Pick<Thresholds, 'failureThreshold'>) {
  return state === 'healthy' && unknown >= failureThreshold
}

/** In the start period a failure says only that the service is not there yet. */
export function afterResult(
  health: CheckHealth,
  status: CheckStatus,
  { successThreshold, failureThreshold, isStartPeriod }: Thresholds & { readonly isStartPeriod: boolean },
): CheckHealth {
  if (status === 'ok' || status === 'warn') {
    const passed = health.passed + 1
    return { state: passed >= successThreshold ? 'healthy' : health.state, passed, failed: 0, unknown: 0 }
  }
  const counts =
    (status === 'critical' || health.state !== 'healthy') && !(isStartPeriod && health.state === 'starting')
  const failed = health.failed + (counts ? 1 : 0)
  return {
    state: failed >= failureThreshold ? 'unhealthy' : health.state,
    passed: 0,
    failed,
    unknown: status === 'unknown' ? health.unknown + 1 : 0,
  }
}

/** Of all checks of an instance. */
export function healthOf(checks: readonly CheckHealth[]): Health {
  if (checks.length === 0) return 'none'
  if (checks.some(({ state }) => state === 'unhealthy')) return 'unhealthy'
  return checks.every(({ state }) => state === 'healthy') ? 'healthy' : 'starting'
}
