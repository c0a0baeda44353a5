// What never passes, whatever good stands beside it: an end that was not the plugin's own, a cut, a line that says worse.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { interpret } from '../../../operator/result/interpret.ts'
import type { EndingRecipe } from '../../support/builders/endings.ts'
import { anEnding } from '../../support/builders/endings.ts'
import { CRITICAL, ESC, NOISE, OK, pretty, sized, UNKNOWN, WARN } from '../../support/builders/result-lines.ts'
import { seededRandom } from '../../support/builders/seeded-random.ts'

const STOPS: readonly EndingRecipe[] = [
  { stopped: 'timeout', exitCode: 0 },
  { stopped: 'timeout', signal: 'SIGTERM' },
  { stopped: 'flood', signal: 'SIGKILL' },
  { stopped: 'interrupted', exitCode: 0 },
  { signal: 'SIGSEGV' },
  { signal: 'SIGKILL' },
]
for (const contract of ['check/v1', 'nagios', 'exit-code'] as const)
  test(`${contract}: what did not end by itself is unknown, whatever it had said`, () => {
    for (const more of STOPS)
      for (const stdout of [OK, WARN, 'OK - fine'])
        assert.equal(interpret(anEnding({ stdout, ...more }), contract).status, 'unknown')
  })

test('a timeout says what was configured', () => {
  const ending = anEnding({ stopped: 'timeout', signal: 'SIGKILL', durationMs: 4012, timeoutMs: 2000 })
  assert.equal(interpret(ending, 'check/v1').summary, 'no result within 2 s, killed')
})

test('check/v1: no mixture of good lines passes once a worse one, a cut or a bad exit code is among them', () => {
  const { seed, below, chance, pick } = seededRandom()
  const good = [OK, 'words', '', NOISE.repeat(30).trim(), `${ESC}[32mfine${ESC}[0m`, '10%\r20%', `${OK}\r`]
  const bad = [
    ...[CRITICAL, UNKNOWN, `[${CRITICAL}]`, `x ${CRITICAL} y`, pretty('critical'), `${ESC}[31m${CRITICAL}`],
    ...[`${CRITICAL}\r${OK}`, JSON.stringify({ inner: CRITICAL }), 'DISK CRITICAL - full', sized('critical', 70_000)],
    ...[sized('critical', 40_000), `\ufeff${CRITICAL}\r`],
  ]
  for (let round = 0; round < 600; round++) {
    const lines = Array.from({ length: below(8) }, () => pick(good))
    const worse = pick(['line', 'code', 'cut'] as const)
    if (worse === 'line') lines.splice(below(lines.length + 1), 0, pick(bad))
    if (chance(0.7) || worse === 'cut') lines.push(OK)
    const text = lines.join(pick(['\n', '\r\n']))
    const stdout = worse === 'cut' ? text.slice(0, -1 - below(OK.length - 1)) : text
    const exitCode = worse === 'code' ? pick([1, 2, 3, 4, 70, 139]) : 0
    const { status } = interpret(anEnding({ stdout, exitCode }), 'check/v1')
    const shown = JSON.stringify(stdout.slice(-2000))
    assert.ok(
      status === 'critical' || status === 'unknown',
      `OCTO_SEED=${seed} ${worse} ${exitCode} ${status}: ${shown}`,
    )
  }
})
