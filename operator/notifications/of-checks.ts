// What the outcome of a check of a config tells: a problem as long as it does not pass without a warning.
import type { CheckOutcome } from '../check/outcome.ts'
import type { Happening } from './happening.ts'

/** Undefined for what did not run. */
export function happeningOfCheck(outcome: CheckOutcome): Happening | undefined {
  const { service, phase, plugin, mark, status, summary } = outcome
  if (status === 'skipped') return undefined
  const check = [phase === 'health' ? undefined : phase, plugin, mark].filter((word) => word !== undefined).join(' ')
  const about = { service, ...(check === '' ? {} : { check }), status, message: summary }
  return { ...about, kind: status === 'ok' ? 'well' : 'failed' }
}
