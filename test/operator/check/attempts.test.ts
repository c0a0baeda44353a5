// Thresholds: how many runs decide, and when.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { repeatUntilDecided } from '../../../operator/check/attempts.ts'
import type { CheckReport } from '../../../operator/result/report.ts'
import type { CheckStatus } from '../../../schemas/check-result.ts'

const LETTERS: Readonly<Record<string, CheckStatus>> = { o: 'ok', w: 'warn', c: 'critical', u: 'unknown' }

/** Runs a check whose results are these letters, the last one repeated for ever. */
async function decide(
  letters: string,
  successThreshold: number,
  failureThreshold: number,
  more: Partial<CheckReport> = {},
) {
  const pauses: number[] = []
  let runs = 0
  const { report, attempts } = await repeatUntilDecided<CheckReport>(
    { intervalMs: 1000, successThreshold, failureThreshold },
    {
      attempt: async () => {
        const letter = letters[Math.min(runs++, letters.length - 1)] ?? ''
        return { status: LETTERS[letter] ?? 'unknown', summary: letter, ...more }
      },
      sleep: async (milliseconds) => void pauses.push(milliseconds),
      random: () => 1,
    },
  )
  assert.equal(attempts, runs)
  assert.equal(pauses.length, runs - 1)
  return { status: report.status, attempts, pauses, summary: report.summary }
}

const ROWS: readonly [string, string, number, number, CheckStatus, number][] = [
  ['one pass is enough by default', 'o', 1, 3, 'ok', 1],
  ['a warning passes', 'w', 1, 3, 'warn', 1],
  ['failures must come in a row', 'cccc', 1, 3, 'critical', 3],
  ['a pass before the last failure ends the row', 'cco', 1, 3, 'ok', 3],
  ['passes must come in a row', 'ooo', 3, 1, 'ok', 3],
  ['a failure ends a row of passes', 'oocooo', 3, 2, 'ok', 6],
  ['a failure decides at once with the threshold 1', 'oc', 2, 1, 'critical', 2],
  ['unknown neither heals nor fails', 'cucuc', 1, 3, 'critical', 5],
  ['unknown ends a row of passes', 'ouoo', 2, 3, 'ok', 4],
  ['passes with a doubt between each two never are a row', 'ouououou', 2, 1, 'unknown', 2],
  ['what stays unknown is unknown', 'uuuu', 1, 3, 'unknown', 3],
]
for (const [title, letters, passes, failures, status, attempts] of ROWS)
  test(title, async () => {
    const decided = await decide(letters, passes, failures)
    assert.equal(decided.status, status)
    assert.equal(decided.attempts, attempts)
  })

test('a check that changes its mind for ever is given up', async () => {
  const decided = await decide('oc'.repeat(200), 2, 2)
  assert.equal(decided.status, 'unknown')
  assert.equal(decided.attempts, 40)
  assert.match(decided.summary, /undecided after 40 runs/)
})

test('a wrong configuration is not tried again', async () => {
  assert.equal((await decide('u', 1, 3, { final: true })).attempts, 1)
})

test('the pause is the interval give or take a tenth, or what the plugin asks for, within reason', async () => {
  assert.deepEqual((await decide('co', 1, 3)).pauses, [1100])
  assert.deepEqual((await decide('co', 1, 3, { retryAfterMs: 5000 })).pauses, [5000])
  assert.deepEqual((await decide('co', 1, 3, { retryAfterMs: 80_000_000 })).pauses, [300_000])
})
