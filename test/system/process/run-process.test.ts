// Children that misbehave: whatever they do, the run ends in time and nothing of them is left.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { setInterval as every } from 'node:timers/promises'
import type { Launch } from '../../../system/process/launch.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { fixturePath } from '../../support/builders/executables.ts'
import { isGone, pidIn } from '../../support/machine/processes.ts'
import { runChild } from '../../support/machine/run-child.ts'

const QUICK = { killGraceMs: 100, settleMs: 100, floodBytes: 10 * 1024 * 1024 }

async function pidFile(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'octo-pid-'))
  t.after(() => rm(directory, { recursive: true }))
  return join(directory, 'pid')
}

function script(file: string, ...words: string[]): Launch {
  return { file: '/bin/sh', argv: [fixturePath(file), ...words], env: { PATH: '/usr/bin:/bin' }, cwd: tmpdir() }
}

/** The time of this process stands still; gives what lets it pass. Children go on in their own. */
function aClock(t: TestContext): (ms: number) => void {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  return (ms) => t.mock.timers.tick(ms)
}

/** Resolves once this process was told of the end of a child, by which the system forgets it. */
async function collected(pid: number): Promise<void> {
  for await (const _look of every(5))
    try {
      process.kill(pid, 0)
    } catch {
      return
    }
}

test('a child that ends gives its exit code and output', async () => {
  const ending = await runChild(script('says.sh', 'out\\n', 'err\\n', '3'), { timeoutMs: 600_000 })
  assert.equal(ending.exitCode, 3)
  assert.equal(ending.signal, undefined)
  assert.equal(ending.stopped, undefined)
  assert.equal(ending.stdout.text, 'out\n')
  assert.equal(ending.stderr.text, 'err\n')
})

test('a child that ends by a signal gives the signal', async () => {
  const ending = await runChild(script('dies.sh'), { timeoutMs: 600_000 })
  assert.equal(ending.signal, 'SIGSEGV')
  assert.equal(ending.exitCode, undefined)
})

test('a child that ignores SIGTERM at its deadline is killed, with all it started', async (t) => {
  const file = await pidFile(t)
  const pass = aClock(t)
  const running = runChild(script('ignores-term.sh', file), { timeoutMs: 300, limits: QUICK })
  const pid = await pidIn(file)
  pass(300)
  pass(QUICK.killGraceMs - 1)
  assert.ok(process.kill(pid, 0), 'it is there until its grace is over')
  pass(1)
  const ending = await running
  assert.equal(ending.stopped, 'timeout')
  assert.equal(ending.signal, 'SIGKILL')
  assert.ok(await isGone(pid))
})

test('a child that heeds SIGTERM ends before it is killed', async (t) => {
  const file = await pidFile(t)
  const pass = aClock(t)
  const running = runChild(script('ends-on-term.sh', file), { timeoutMs: 300, limits: QUICK })
  const pid = await pidIn(file)
  pass(300)
  const ending = await running
  assert.equal(ending.stopped, 'timeout')
  assert.equal(ending.exitCode, 0)
  assert.equal(ending.stdout.text, 'bye\n')
  assert.ok(await isGone(pid))
})

test('an interruption ends a child as its deadline would', async (t) => {
  const file = await pidFile(t)
  const controller = new AbortController()
  const running = runChild(script('ignores-term.sh', file), {
    ...{ timeoutMs: 60_000, signal: controller.signal, limits: QUICK },
  })
  const pid = await pidIn(file)
  controller.abort()
  assert.equal((await running).stopped, 'interrupted')
  assert.ok(await isGone(pid))
})

test('an interruption that came first still ends the child', async (t) => {
  const file = await pidFile(t)
  const ending = await runChild(script('ignores-term.sh', file), {
    ...{ timeoutMs: 60_000, signal: AbortSignal.abort(), limits: QUICK },
  })
  assert.equal(ending.stopped, 'interrupted')
})

test('the first reason to end a child stays the reason, whatever comes while it ends', async (t) => {
  const file = await pidFile(t)
  const pass = aClock(t)
  const asked = Promise.withResolvers<void>()
  const controller = new AbortController()
  // Of its sleep, which is asked to end as well, the shell says `Terminated`: before or after its own answer.
  const answers = `exec 2>/dev/null; trap 'echo asked' TERM; echo $$ > '${file}'; while :; do sleep 0.05; done`
  const running = runChild(
    { ...script('says.sh'), file: '/bin/sh', argv: ['-c', answers] },
    {
      ...{ timeoutMs: 300, signal: controller.signal, limits: QUICK },
      readLine: () => {
        controller.abort()
        asked.resolve()
        return []
      },
    },
  )
  await pidIn(file)
  pass(300)
  await asked.promise
  pass(QUICK.killGraceMs)
  const ending = await running
  assert.deepEqual([ending.stdout.text, ending.stopped, ending.signal], ['asked\n', 'timeout', 'SIGKILL'])
})

test('a grandchild that holds the pipes neither delays the result nor survives it', async (t) => {
  const file = await pidFile(t)
  const ending = await runChild(script('forks.sh', file), { timeoutMs: 60_000 })
  assert.equal(ending.exitCode, 0)
  assert.equal(ending.stopped, undefined)
  assert.match(ending.stdout.text, /FORK OK/)
  assert.equal(ending.stdout.isOpen, true, 'the pipe was still held')
  assert.ok(await isGone(await pidIn(file)))
})

test('a grandchild that goes on printing after the end is a flood too', async () => {
  const ending = await runChild(script('leaves-a-flood.sh'), {
    ...{ timeoutMs: 60_000, limits: { floodBytes: 256 * 1024, settleMs: 60_000 } },
  })
  assert.equal(ending.exitCode, 0)
  assert.equal(ending.stopped, 'flood')
})

test('a grandchild that outlives the deadline of a child that ended in time is no timeout', async (t) => {
  const file = await pidFile(t)
  const pass = aClock(t)
  const leavesOne = { ...script('says.sh'), argv: ['-c', `echo $$ >'${file}'; sleep 600 & exit 0`] }
  const running = runChild(leavesOne, { timeoutMs: 1500, limits: { settleMs: 1600 } })
  await collected(await pidIn(file))
  pass(1500)
  pass(100)
  const ending = await running
  assert.equal(ending.stopped, undefined)
  assert.deepEqual([ending.stdout.isOpen, ending.timeoutMs], [true, 1500])
})

test('the output of a child that closed its pipes is not open', async () => {
  const { stdout, stderr } = await runChild(script('says.sh', 'out', '', '0'), { timeoutMs: 600_000 })
  assert.deepEqual([stdout.isOpen, stderr.isOpen], [false, false])
})

test('a flood of output is stopped, and only its beginning and end are kept', async () => {
  const ending = await runChild(script('floods.sh'), { timeoutMs: 60_000, limits: { floodBytes: 1024 * 1024 } })
  assert.equal(ending.stopped, 'flood')
  assert.ok(ending.stdout.totalBytes > 1024 * 1024)
  assert.ok(ending.stdout.text.length < 110_000)
  assert.match(ending.stdout.text, /^the same line.*… dropped \d+ lines, \d+ bytes ….*the same line/s)
})

test('a file that is gone, a lost interpreter and a file without the executable bit have their own codes', async () => {
  const launch = (file: string) => ({ ...script('says.sh'), file, argv: [] })
  const run = (file: string) => runChild(launch(file), { timeoutMs: 1000 })
  await expectCodeAsync('PLUGIN_MISSING', () => run('/nowhere/plugin'))
  await expectCodeAsync('RUNTIME_MISSING', () => run(fixturePath('lost-interpreter')))
  await expectCodeAsync('PLUGIN_NOT_EXECUTABLE', () => run(fixturePath('says.sh')))
})

test('arguments that are too long for the system are refused with a code', async () => {
  const words = Array.from({ length: 40 }, () => 'x'.repeat(100_000))
  await expectCodeAsync('LIMIT_EXCEEDED', () => runChild(script('says.sh', ...words), { timeoutMs: 1000 }))
})
