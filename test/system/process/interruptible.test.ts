// Ctrl-C while checks run, sent to this process as a terminal would.
import assert from 'node:assert/strict'
import { constants } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runChecks } from '../../../operator/check/run-checks.ts'
import { interruptible } from '../../../system/process/interruptible.ts'
import { killHeldGroups } from '../../../system/process/process-group.ts'
import { aCheck, checkDeps } from '../../support/builders/planned-checks.ts'
import { isGone, pidIn } from '../../support/machine/processes.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

/** Long after every test has given up. */
const NEVER_MS = 3_600_000
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

for (const [first, second] of [
  ['SIGINT', 'SIGINT'],
  ['SIGINT', 'SIGTERM'],
  ['SIGHUP', 'SIGINT'],
  ['SIGTERM', 'SIGTERM'],
] as const)
  test(`${first} asks plugins to end, ${second} after it kills those that did not`, { timeout: 400_000 }, async (t) => {
    const files = ['a', 'b'].map((name) => join(tempFolder(t), name))
    const plan = files.map((file) => aCheck('ignores-term.sh', [file]))
    t.after(killHeldGroups)
    using interruption = interruptible()
    const limits = { killGraceMs: NEVER_MS }
    const running = runChecks(plan, checkDeps(plan, { signal: interruption.signal, limits }))
    const pids = await Promise.all(files.map((file) => pidIn(file)))
    process.emit(first)
    assert.ok(interruption.signal.aborted)
    assert.equal(interruption.exitCode(), 128 + constants.signals[first])
    for (const pid of pids) assert.ok(process.kill(pid, 0), 'one that does not end when it is asked goes on')
    process.emit(second)
    for (const { status, summary } of await running) assert.match(`${status} ${summary}`, /^unknown .*interrupted/)
    for (const pid of pids) assert.ok(await isGone(pid))
  })

test('after the checks a signal means what it meant before', () => {
  const before = SIGNALS.map((name) => process.listenerCount(name))
  {
    using _interruption = interruptible()
    assert.deepEqual(
      SIGNALS.map((name) => process.listenerCount(name)),
      before.map((count) => count + 1),
    )
  }
  assert.deepEqual(
    SIGNALS.map((name) => process.listenerCount(name)),
    before,
  )
})
