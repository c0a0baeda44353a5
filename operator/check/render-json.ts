// Outcomes as one JSON document for machines.
import type { ConfigWarning } from '../../config/document/warnings.ts'
import type { CheckOutcome } from './outcome.ts'
import { hasFailed, tally } from './outcome.ts'

export function outcomesToJson(
  outcomes: readonly CheckOutcome[],
  durationMs: number,
  warnings: readonly ConfigWarning[] = [],
) {
  return {
    passed: !outcomes.some(hasFailed),
    summary: { ...tally(outcomes), durationMs: Math.round(durationMs) },
    checks: outcomes,
    warnings,
  }
}
