// What lives of a service, with real processes.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { identityOf } from '../../../system/process/identity.ts'
import { MARK } from '../../../system/process/mark.ts'
import { freshTable, membersOf } from '../../../system/process/process-table.ts'
import { until } from '../../support/machine/until.ts'

const skip = process.platform === 'linux' ? false : 'the table is read from /proc'

/** Becomes itself again and again, as long as it is. */
const CHANGES = 'exec /bin/sh -c "$0" "$0"'

test('a process that is about to become another program is one of its service at that moment, too', {
  skip,
}, async (t) => {
  const mark = `process-table/${process.pid}/changing`
  const child = spawn('/bin/sh', ['-c', CHANGES, CHANGES], { env: { [MARK]: mark }, stdio: 'ignore' })
  t.after(() => child.kill('SIGKILL'))
  await until(() => membersOf({ main: undefined, mark }).length > 0)
  for (let look = 0; look < 200; look++) {
    freshTable()
    assert.deepEqual(
      membersOf({ main: undefined, mark }).map(({ pid }) => pid),
      [child.pid],
      `look ${look}`,
    )
  }
})

test('a process whose environment is empty for good is nobody’s', { skip }, async (t) => {
  const child = spawn('/bin/sleep', ['600'], { env: {}, stdio: 'ignore' })
  t.after(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  const mark = `process-table/${process.pid}/none`
  for (let look = 0; look < 3; look++) assert.deepEqual(membersOf({ main: undefined, mark }), [])
})

test('who ended since the table was read is none of a service any more, and who began is one', { skip }, async (t) => {
  const mark = `process-table/${process.pid}`
  const start = async () => {
    const child = spawn('/bin/sh', ['-c', 'echo up; exec sleep 600'], { env: { [MARK]: mark, PATH: process.env.PATH } })
    t.after(() => child.kill('SIGKILL'))
    await once(child.stdout, 'data')
    return child
  }
  // As if no time went by, so that each question comes while the last table is believed.
  let at = performance.now()
  performance.now = () => (at += 0.001)
  // It stands in the prototype.
  t.after(() => Reflect.deleteProperty(performance, 'now'))
  const pids = () => membersOf({ main: undefined, mark }).map(({ pid }) => pid)

  const first = await start()
  freshTable()
  assert.deepEqual(pids(), [first.pid])
  first.kill('SIGKILL')
  await until(() => identityOf(first.pid as number) === undefined)
  assert.deepEqual(pids(), [])
  const second = await start()
  assert.deepEqual(pids(), [second.pid])
})
