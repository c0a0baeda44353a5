// A run as one JSON document for machines.
import type { CheckRun } from './check-run.ts'
import { hasFailed, tally } from './outcome.ts'

export function runToJson({ outcomes, startedAt, durationMs, host, octo, warnings }: CheckRun) {
  return {
    passed: !outcomes.some(hasFailed),
    startedAt: startedAt.toISOString(),
    host,
    octo,
    summary: { ...tally(outcomes), durationMs: Math.round(durationMs) },
    checks: outcomes,
    warnings,
  }
}
