// What somebody stopped, and whether the next start of the machine starts it; and how that is told to whoever started octo.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exitCodeOf } from '../../../../operator/operators/baremetal/start.ts'
import type { InstanceStatus } from '../../../../operator/services/control/protocol.ts'
import { stopByHand } from '../../../../operator/services/supervise.ts'
import type { Supervisor } from '../../../../operator/services/supervisor.ts'
import { aServiceScene } from '../../../support/operator/service-scene.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }

test('what somebody stopped and is unless-stopped stays so after a restart of the machine', options, async (t) => {
  const scene = await aServiceScene(t, {})
  const idle = scene.script('exec sleep 600')
  const services = ['no', 'always', 'unless-stopped'].map((restart) => [restart, { ...idle, restart }])
  scene.write(Object.fromEntries(services))
  const running = (supervisor: Supervisor) =>
    supervisor.status().flatMap(({ service, state }) => (state === 'running' ? [service] : []))
  const boot = (names: readonly string[], isBoot: boolean) =>
    scene.supervise(async (supervisor) => {
      await supervisor.start(await scene.load(names), names, isBoot)
      const found = running(supervisor)
      await supervisor.stop([])
      return found
    })
  const all = ['no', 'always', 'unless-stopped']
  assert.deepEqual(await boot([], true), all, 'nobody has stopped anything yet')
  assert.deepEqual(await boot([], true), all, 'the machine stopped them')
  await scene.supervise((supervisor) => stopByHand(supervisor, []))
  assert.deepEqual(await boot([], true), ['no', 'always'])
  assert.deepEqual(await boot([], true), ['no', 'always'], 'as long as nobody starts it')
  assert.deepEqual(await boot(['unless-stopped'], true), ['unless-stopped'])
  assert.deepEqual(await boot([], true), all)
  await scene.supervise((supervisor) => stopByHand(supervisor, ['no']))
  assert.deepEqual(await boot([], true), all)
  await scene.supervise((supervisor) => stopByHand(supervisor, ['unless-stopped']))
  assert.deepEqual(await boot([], false), all, 'whoever types the command wants all')
})

type Row = readonly [what: string, status: Partial<InstanceStatus>, isStopped: boolean, code: number]

const ENDS: readonly Row[] = [
  ['a stop that left nothing', { state: 'stopped' }, true, 0],
  ['a stop after which a process is left', { state: 'failed', pid: 7 }, true, 1],
  ['a stop while one was still ending', { state: 'ending', pid: 7 }, true, 1],
  ['a stop of what had failed before', { state: 'failed' }, true, 0],
  ['a job that completed', { state: 'completed' }, false, 0],
  ['one that somebody stopped', { state: 'stopped' }, false, 0],
  ['one that failed', { state: 'failed' }, false, 1],
  ['one that failed and was not asked for', { service: 'other', state: 'failed' }, false, 0],
]

test(`the exit code of a supervisor says what is left, whoever ended it (${ENDS.length})`, () => {
  for (const [what, status, isStopped, code] of ENDS) {
    const one = { service: 'web', instance: 'web.1', health: 'none', failures: 0, log: '', logBytes: 0, ...status }
    assert.equal(exitCodeOf([one as InstanceStatus], { asked: new Set(['web']), isStopped }), code, what)
  }
})
