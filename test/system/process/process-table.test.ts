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
