import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isGone, pidIn } from '../support/machine/processes.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { aProject, GOOD, ONE_AT_A_TIME, ranOnce, runTests, startTests } from '../support/machine/test-run.ts'

/** What nobody catches, well behind the beginning of its test, which would wait for ever. */
const UNCAUGHT: Readonly<Record<string, string>> = {
  'in a callback': "setImmediate(() => { throw new Error('broken') }); await ever",
  'of a promise': "Promise.reject(new Error('broken')); await ever",
  'in a part of a test':
    "await t.test('part', async () => { await next(); Promise.reject(new Error('broken')); await ever })",
}
const ASKS = `
    import { createHook, executionAsyncId } from 'node:async_hooks'
    test('asks for the number that a followed promise has', async () => {
      await undefined
      if (executionAsyncId() !== 0) throw new Error('it has ' + executionAsyncId())
    })`
const STARTS = `
    import { spawn } from 'node:child_process'
    test('breaks', async () => {
      // It has started all that it starts once it says so.
      const words = ['-c', '(sleep 20 & echo begun; wait; echo lived >lived) & wait']
      const child = spawn('sh', words, { stdio: ['inherit', 'pipe', 'inherit'] })
      child.stdout.once('data', () => Promise.reject(new Error('broken')))
      await new Promise(() => setInterval(() => {}, 1000))
    })`

/** Of files that end their process, with others between them. */
const aRun = ranOnce((t) => {
  const files: Record<string, string> = {}
  for (const [at, act] of Object.values(UNCAUGHT).entries()) {
    files[`${at}a.test.ts`] = at === 0 ? ASKS : GOOD
    files[`${at}b.test.ts`] = `
      const ever = new Promise(() => setInterval(() => {}, 1000))
      const next = () => new Promise((done) => setTimeout(done, 20))
      test('before', async () => { await next() })
      test('breaks ${at}', async (t) => { await next(); ${act} })`
  }
  const folder = aProject(t, { ...files, '3.test.ts': GOOD, 'starts/a.test.ts': STARTS })
  const run = runTests(folder, [], ONE_AT_A_TIME)
  return { ...run, isLived: existsSync(join(folder, 'lived')) }
})

test(`an error ${Object.keys(UNCAUGHT).join(', or ')} that nobody catches ends its file at once, which fails and names the test, and the others run`, (t) => {
  const { status, stdout, lastLine } = aRun(t)
  assert.equal(status, 1)
  assert.match(lastLine ?? '', /^\d passed, 4 failed$/, stdout)
  for (const at of Object.keys(UNCAUGHT).keys()) {
    const file = `test/${at}b\\.test\\.ts`
    const ended = `✗ ${file} .*\\n +the file as a whole\\n +its process ended with exit code 1\\n`
    assert.match(stdout, new RegExp(ended))
    const words = `nobody caught an error, and the test that began last is breaks ${at}(?: > part)?: Error: broken\n`
    assert.match(stdout, new RegExp(words))
  }
  for (const other of ['0a', '1a', '2a', '3'])
    assert.match(stdout, new RegExp(`^✓ test/${other}\\.test\\.ts  1 test`, 'm'))
})

const isLinux = process.platform === 'linux'

test('what a file has started ends with it, and nobody waits for that', {
  skip: isLinux ? false : 'needs /proc',
}, (t) => {
  const { stdout, isLived } = aRun(t)
  assert.match(
    stdout,
    /^✗ test\/starts\/a\.test\.ts {2}1 test.*\n +the file as a whole\n +its process ended with exit code 1\n/m,
  )
  assert.equal(isLived, false)
})

test('promises of a test are told to nobody', (t) => {
  const { stdout } = aRun(t)
  assert.match(stdout, /^✓ test\/0a\.test\.ts {2}1 test/m, stdout)
})

test('a process of tests ends when its runner was killed and what it says reaches nobody', {
  skip: isLinux ? false : 'needs /proc',
}, async (t) => {
  const text = `
    import { existsSync, renameSync, writeFileSync } from 'node:fs'
    test('waits and speaks', async () => {
      writeFileSync('pid.part', process.pid + '\\n')
      renameSync('pid.part', 'pid')
      while (!existsSync('killed')) await new Promise((next) => setTimeout(next, 5))
      console.log('to nobody')
    })`
  const folder = aProject(t, { 'a.test.ts': text, 'b.test.ts': GOOD })
  const runner = startTests(folder, { ...ONE_AT_A_TIME, TMPDIR: tempFolder(t) })
  const pid = await pidIn(join(folder, 'pid'))
  runner.kill('SIGKILL')
  await once(runner, 'exit')
  writeFileSync(join(folder, 'killed'), '')
  assert.ok(await isGone(pid))
})
