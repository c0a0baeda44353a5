// How a watched check is after the runs that it had.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CheckOutcome } from '../../../operator/check/outcome.ts'
import { afterRun, waitingSince } from '../../../operator/watch/check-state.ts'
import type { CheckStatus } from '../../../schemas/check-result.ts'

const outcome = (status: CheckStatus): CheckOutcome => ({
  ...{ service: 'web', phase: 'health', plugin: 'check-tcp', place: { file: '/octo.yaml' } },
  ...{ status, summary: status, attempts: 1, durationMs: 1, log: [] },
})

/** o ok, w warn, c critical, u unknown. Capitals: in the start period. */
const LETTERS: Readonly<Record<string, CheckStatus>> = { o: 'ok', w: 'warn', c: 'critical', u: 'unknown' }

const CASES: readonly (readonly [thresholds: readonly [number, number], runs: string, states: string])[] = [
  [[1, 3], 'o', 'ok'],
  [[1, 3], 'ow', 'ok warn'],
  [[1, 3], 'c', 'waiting'],
  [[1, 3], 'ccc', 'waiting waiting critical'],
  [[1, 3], 'occoc', 'ok ok ok ok ok'],
  [[1, 3], 'occcco', 'ok ok ok critical critical ok'],
  [[3, 1], 'cooo', 'critical critical critical ok'],
  [[3, 1], 'oouooo', 'waiting waiting unknown unknown unknown ok'],
  [[1, 3], 'ouu', 'ok ok ok'],
  [[1, 3], 'ouuu', 'ok ok ok unknown'],
  [[1, 2], 'ccuu', 'waiting critical critical critical'],
  [[1, 2], 'cuc', 'waiting waiting critical'],
  [[1, 2], 'uuo', 'waiting unknown ok'],
  [[1, 1], 'CCCc', 'waiting waiting waiting critical'],
  [[1, 1], 'UOC', 'waiting ok critical'],
  [[2, 1], 'Coo', 'waiting waiting ok'],
]

for (const [[successThreshold, failureThreshold], runs, states] of CASES)
  test(`${successThreshold} passed or ${failureThreshold} failed in a row: ${runs} is ${states}`, () => {
    let state = waitingSince(0)
    const seen = [...runs].map((letter, index) => {
      const isStartPeriod = letter !== letter.toLowerCase()
      const status = LETTERS[letter.toLowerCase()] as CheckStatus
      const before = state
      state = afterRun(state, outcome(status), { successThreshold, failureThreshold, now: index + 1, isStartPeriod })
      assert.equal(state.since, state.status === before.status ? before.since : index + 1)
      assert.equal(state.last?.status, status)
      return state.status
    })
    assert.equal(seen.join(' '), states)
  })
