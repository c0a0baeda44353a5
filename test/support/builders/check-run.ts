// A run of `octo check`, as its reports are given it.
import type { CheckRun } from '../../../operator/check/check-run.ts'

export function aRun(outcomes: CheckRun['outcomes'], durationMs = 1): CheckRun {
  const startedAt = new Date('2026-11-26T10:00:00.500Z')
  return { outcomes, startedAt, durationMs, host: 'node-1', octo: '1.2.3', config: '/x/octo.yaml', warnings: [] }
}
