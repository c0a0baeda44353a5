import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { aProject, GOOD, runTests } from '../support/machine/test-run.ts'

/** What nobody catches, well behind the beginning of its test, which would wait for ever. */
const UNCAUGHT: Readonly<Record<string, string>> = {
  'in a callback': "setImmediate(() => { throw new Error('broken') }); await ever",
  'of a promise': "Promise.reject(new Error('broken')); await ever",
  'in a part of a test':
    "await t.test('part', async () => { await next(); Promise.reject(new Error('broken')); await ever })",
}

for (const [where, act] of Object.entries(UNCAUGHT))
  test(`an error ${where} that nobody catches ends its file at once, which fails and names the test, and the others run`, (t) => {
    const text = `
      const ever = new Promise(() => setInterval(() => {}, 1000))
      const next = () => new Promise((done) => setTimeout(done, 20))
      test('before', async () => { await next() })
      test('breaks', async (t) => { await next(); ${act} })`
    const folder = aProject(t, { 'a.test.ts': GOOD, 'b.test.ts': text, 'c.test.ts': GOOD })
    const { status, stdout, lastLine } = runTests(folder, [], { OCTO_TEST_CONCURRENCY: '1' })
    assert.equal(status, 1)
    assert.match(lastLine ?? '', /^\d passed, 1 failed$/, stdout)
    assert.match(stdout, /✗ test\/b\.test\.ts .*\n +the file as a whole\n +its process ended with exit code 1\n/)
    assert.match(stdout, /nobody caught an error, and the test that began last is breaks(?: > part)?: Error: broken\n/)
    for (const file of ['a', 'c']) assert.match(stdout, new RegExp(`^✓ test/${file}\\.test\\.ts  1 test`, 'm'))
  })

const isLinux = process.platform === 'linux'

test('what a file has started ends with it, and nobody waits for that', {
  skip: isLinux ? false : 'needs /proc',
}, (t) => {
  const text = `
    import { spawn } from 'node:child_process'
    test('breaks', async () => {
      const program = "setTimeout(() => require('fs').writeFileSync('lived', ''), 20_000)"
      const words = ['-c', '"$0" "$@" & wait', process.execPath, '-e', program]
      spawn('sh', words, { stdio: 'inherit' }).once('spawn', () => Promise.reject(new Error('broken')))
      await new Promise(() => setInterval(() => {}, 1000))
    })`
  const folder = aProject(t, { 'a.test.ts': text })
  const { status, lastLine } = runTests(folder)
  assert.deepEqual([status, lastLine], [1, '0 passed, 1 failed'])
  assert.equal(existsSync(join(folder, 'lived')), false)
})

test('promises of a test are told to nobody', (t) => {
  const text = `
    import { createHook, executionAsyncId } from 'node:async_hooks'
    test('asks for the number that a followed promise has', async () => {
      await undefined
      if (executionAsyncId() !== 0) throw new Error('it has ' + executionAsyncId())
    })`
  const { status, stdout } = runTests(aProject(t, { 'a.test.ts': text }))
  assert.equal(status, 0, stdout)
})
