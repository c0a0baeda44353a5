// A group of processes is signalled as a whole, whether or not it is still there, and octo watches its own end once.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { holdGroup, releaseGroup, signalGroup } from '../../../system/process/process-group.ts'

const skip = process.platform === 'win32' && 'Windows has no groups'

/** A child in a group of its own that waits to be ended. */
async function aGroup(): Promise<{ readonly pid: number; readonly ended: Promise<readonly unknown[]> }> {
  const child = spawn('/bin/sh', ['-c', 'sleep 60 & wait'], { detached: true, stdio: 'ignore' })
  const ended = once(child, 'exit')
  await once(child, 'spawn')
  return { pid: child.pid as number, ended }
}

test('a released group is ended, and to signal a group that is gone is no error', { skip }, async () => {
  const { pid, ended } = await aGroup()
  holdGroup(pid)
  releaseGroup(pid)
  assert.deepEqual(await ended, [null, 'SIGKILL'])
  signalGroup(pid, 'SIGTERM')
  releaseGroup(pid)
})

test('a signal that there is not is an error, and reaches nobody', { skip }, async () => {
  const { pid, ended } = await aGroup()
  holdGroup(pid)
  assert.throws(() => signalGroup(pid, 'SIGNONE' as NodeJS.Signals), { code: 'ERR_UNKNOWN_SIGNAL' })
  signalGroup(pid, 'SIGTERM')
  assert.deepEqual(await ended, [null, 'SIGTERM'])
  releaseGroup(pid)
})

test('however many groups are held, octo watches its own end once', { skip }, async () => {
  const watchers = () => process.listenerCount('exit')
  const hold = async () => {
    const { pid, ended } = await aGroup()
    holdGroup(pid)
    releaseGroup(pid)
    await ended
  }
  await hold()
  const before = watchers()
  await Promise.all([hold(), hold(), hold()])
  assert.equal(watchers(), before)
})
