// Outcomes as one JSON document for machines.
import type { CheckOutcome } from './outcome.ts'
import { hasFailed, tally } from './outcome.ts'

export function outcomesToJson(outcomes: readonly CheckOutcome[], durationMs: number) {
  return {
    passed: !outcomes.some(hasFailed),
    summary: { ...tally(outcomes), durationMs: Math.round(durationMs) },
    checks: outcomes,
  }
}
