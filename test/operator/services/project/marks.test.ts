// What is known as a service's own: a mark that nobody can make up, and a cgroup where one can be made.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeMarkKey } from '../../../../operator/services/project/marks.ts'
import { makePlaces } from '../../../../operator/services/project/places.ts'
import { identityOf } from '../../../../system/process/identity.ts'
import { putIntoCgroup, removeCgroup } from '../../../../system/process/process-cgroup.ts'
import { until } from '../../../support/machine/until.ts'
import { aServiceScene, markedProcesses, stateOf } from '../../../support/operator/service-scene.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }
const inCgroup = { skip: await whyNoCgroup() }

async function whyNoCgroup(): Promise<string | false> {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' })
  await once(child, 'spawn')
  const folder = putIntoCgroup(`test-${process.pid}`, child.pid as number)
  child.kill('SIGKILL')
  await once(child, 'exit')
  if (folder === undefined) return 'there is no cgroup v2 that this user may change'
  removeCgroup(folder)
  return false
}

test('a mark that somebody made up is taken for no service, and for no check of the supervisor', options, async (t) => {
  const scene = await aServiceScene(t, { web: { command: ['/bin/sleep', '600'] } })
  const { places } = scene.project
  await scene.supervise(async (supervisor) => supervisor.start(await scene.load(), []))
  const [web] = markedProcesses(places.key)
  assert.match(web?.mark ?? '', new RegExp(`^${places.key}/web\\.1#1/[0-9a-f]{32}$`))
  const forged = ['web.1#1', 'web.1#2', 'own', 'web.1#1/', `web.1#1/${'0'.repeat(32)}`].map((name) =>
    spawn('sleep', ['600'], { stdio: 'ignore', detached: true, env: { OCTO_INSTANCE: `${places.key}/${name}` } }),
  )
  t.after(() => forged.forEach((child) => void child.kill('SIGKILL')))
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    assert.equal(stateOf(supervisor, 'web.1').pid, web?.pid)
    await supervisor.stop([])
  })
  assert.deepEqual(
    markedProcesses(places.key)
      .map(({ pid }) => pid)
      .sort(),
    forged.map(({ pid }) => pid).sort(),
  )
})

test('a key for marks is made once, for this user alone, and anew where it is of no use', options, async (t) => {
  const scene = await aServiceScene(t, {})
  const { places } = scene.project
  makePlaces(places)
  const path = join(places.state, 'mark-key')
  for (const before of [undefined, '', 'short', `${'0'.repeat(63)}x`]) {
    if (before !== undefined) writeFileSync(path, before)
    makeMarkKey(places)
    const key = readFileSync(path, 'utf8')
    assert.match(key, /^[0-9a-f]{64}$/)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    makeMarkKey(places)
    assert.equal(readFileSync(path, 'utf8'), key)
  }
})

test('what left its session and took its mark away is ended with its service, too', inCgroup, async (t) => {
  const scene = await aServiceScene(t, {})
  const script =
    'until [ -e "$0/go" ]; do sleep 0.02; done; env -u OCTO_INSTANCE setsid sh -c \'sleep 600 & echo $! >"$0/hidden"; exec sleep 600\' "$0" & wait'
  scene.write({ web: scene.script(script) })
  const cgroup = await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    writeFileSync(scene.path('go'), '')
    await until(() => scene.text('hidden').endsWith('\n'))
    return readFileSync(`/proc/${stateOf(supervisor, 'web.1').pid}/cgroup`, 'utf8')
  })
  const hidden = Number(scene.text('hidden'))
  assert.equal(readFileSync(`/proc/${hidden}/cgroup`, 'utf8'), cgroup)
  assert.ok(identityOf(hidden))
  await scene.supervise((supervisor) => supervisor.stop([]))
  assert.equal(identityOf(hidden), undefined)
  assert.notEqual(readFileSync('/proc/self/cgroup', 'utf8'), cgroup)
})
