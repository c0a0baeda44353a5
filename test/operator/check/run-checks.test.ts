// Planned checks with real programs: order, parallelism, thresholds, and what is left when they are interrupted.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runChecks } from '../../../operator/check/run-checks.ts'
import { coded } from '../../../schemas/errors.ts'
import { aCheck, checkDeps } from '../../support/builders/planned-checks.ts'
import { isGone, pidIn } from '../../support/machine/processes.ts'

test('every check gets its outcome, in the order of the plan', async () => {
  const plan = [
    aCheck('says.sh', ['WEB OK - up', '', '0']),
    aCheck('says.sh', ['WEB CRITICAL - down', '', '2'], { service: 'db' }),
    aCheck('says.sh', [], { fate: { kind: 'skip', reason: 'check is disabled' } }),
    aCheck('run-service', [], { fate: { kind: 'refuse', reason: 'not yet' } }),
  ]
  const outcomes = await runChecks(plan, checkDeps(plan))
  assert.deepEqual(
    outcomes.map(({ status, summary, attempts }) => [status, summary, attempts]),
    [
      ['ok', 'WEB OK - up', 1],
      ['critical', 'WEB CRITICAL - down', 1],
      ['skipped', 'check is disabled', 0],
      ['unknown', 'not yet', 0],
    ],
  )
  assert.equal(outcomes[0]?.version, '1.0.0')
  assert.deepEqual(outcomes[1]?.place, { file: '/octo.yaml', line: 7 })
})

test('a failing check is run as often as its threshold asks, with its interval between', async () => {
  const plan = [aCheck('says.sh', ['', '', '2'], { item: { failureThreshold: 3, intervalMs: 500 } })]
  const deps = checkDeps(plan)
  const [outcome] = await runChecks(plan, deps)
  assert.equal(outcome?.attempts, 3)
  assert.deepEqual(deps.slept, [500, 500])
})

test('health of a service starts after its preflight has ended, services do not wait for each other', async () => {
  const phases = ['preflight', 'health'] as const
  const plan = ['a', 'b'].flatMap((service) =>
    phases.map((phase) => aCheck('says.sh', ['OK', '', '0'], { service, phase })),
  )
  const events: string[] = []
  const note = (kind: string) => (check: (typeof plan)[number]) =>
    void events.push(`${kind} ${check.service} ${check.phase}`)
  await runChecks(plan, checkDeps(plan, { onStart: note('start'), onEnd: note('end') }))
  assert.deepEqual(events.slice(0, 2), ['start a preflight', 'start b preflight'])
  for (const service of ['a', 'b'])
    assert.ok(events.indexOf(`end ${service} preflight`) < events.indexOf(`start ${service} health`))
})

test('no more plugins run at the same time than allowed', async () => {
  const plan = Array.from({ length: 6 }, () => aCheck('says.sh', ['OK', '', '0']))
  let running = 0
  let most = 0
  const deps = checkDeps(plan, { parallel: 2 })
  const locate: typeof deps.locate = (executable) => {
    most = Math.max(most, ++running)
    queueMicrotask(() => running--)
    return executable
  }
  const outcomes = await runChecks(plan, { ...deps, locate })
  assert.ok(most <= 2)
  assert.ok(outcomes.every(({ status }) => status === 'ok'))
})

test('a plugin that cannot be run is an outcome with its code, and the others go on', async () => {
  const plan = [aCheck('says.sh', ['OK', '', '0']), aCheck('bare.sh', [])]
  const deps = checkDeps(plan)
  const locate: typeof deps.locate = (executable) => {
    if (executable.plugin === 'bare')
      throw coded('STORE_CORRUPT', { message: 'bytes changed', hint: 'octo cache verify' })
    return executable
  }
  const [good, bad] = await runChecks(plan, { ...deps, locate })
  assert.equal(good?.status, 'ok')
  assert.equal(bad?.status, 'unknown')
  assert.deepEqual(bad?.error, { code: 'STORE_CORRUPT', hint: 'octo cache verify' })
})

test('an interruption ends all plugins and leaves none', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'octo-interrupt-'))
  const files = ['a', 'b', 'c'].map((name) => join(directory, name))
  const plan = files.map((file) => aCheck('ignores-term.sh', [file], { item: { failureThreshold: 5 } }))
  const controller = new AbortController()
  const running = runChecks(plan, checkDeps(plan, { signal: controller.signal, limits: { killGraceMs: 50 } }))
  const pids = await Promise.all(files.map((file) => pidIn(file)))
  controller.abort()
  const outcomes = await running
  for (const outcome of outcomes) assert.deepEqual([outcome.status, outcome.attempts], ['unknown', 1])
  for (const pid of pids) assert.ok(await isGone(pid))
  await rm(directory, { recursive: true })
})

test('what waits for its turn when it is interrupted is not started and unknown', async () => {
  const controller = new AbortController()
  const started: string[] = []
  const plan = ['a', 'b', 'c'].map((word) => aCheck('says.sh', [`OK ${word}`, '', '0']))
  const deps = checkDeps(plan, { parallel: 1, signal: controller.signal })
  const locate: typeof deps.locate = (executable) => {
    started.push(executable.plugin)
    controller.abort()
    return executable
  }
  const outcomes = await runChecks(plan, { ...deps, locate })
  assert.equal(started.length, 1)
  assert.deepEqual(
    outcomes.slice(1).map(({ status, error, attempts }) => [status, error?.code, attempts]),
    [
      ['unknown', 'INTERRUPTED', 0],
      ['unknown', 'INTERRUPTED', 0],
    ],
  )
})

test('a pass that was not enough yet is unknown after an interruption', async () => {
  const controller = new AbortController()
  const plan = [aCheck('says.sh', ['OK', '', '0'], { item: { successThreshold: 3 } })]
  const onRun = () => controller.abort()
  const [outcome] = await runChecks(plan, checkDeps(plan, { signal: controller.signal, onRun }))
  assert.equal(outcome?.status, 'unknown')
  assert.equal(outcome?.summary, 'interrupted before it was decided, last: OK')
})
