import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aProject, GOOD, ONE_AT_A_TIME, ranOnce, runTests } from '../support/machine/test-run.ts'

const BROKEN: Readonly<Record<string, string>> = {
  'without a test': "console.log('hello')",
  'of a test that is marked as todo': "test('later', { todo: true }, () => {})",
  'that does not load': `${GOOD}throw new Error('top')`,
  'that ends with an exit code': `${GOOD}process.on('exit', () => { process.exitCode = 3 })`,
}
/** Files that nothing may come after have a folder each. */
const brokenPath = (what: string) =>
  `broken${/exit/.test(what) ? '-at-its-end' : ''}/${what.replaceAll(' ', '-')}.test.ts`

const ENDS = (how: string) => `
  test('passes', () => {})
  test('ends', async () => { await new Promise((next) => setTimeout(next, 20)); ${how} })
  test('never runs', () => { throw new Error('broken') })`
const FAILS = `${GOOD}describe('outer', () => { test('inner', () => { console.log('said before'); throw new Error('broken') }) })`

/** Of files that fail, in processes that they end, and of others beside them. */
const badRun = ranOnce((t) =>
  runTests(
    aProject(t, {
      ...Object.fromEntries(Object.entries(BROKEN).map(([what, text]) => [brokenPath(what), text])),
      'ends/a.test.ts': GOOD,
      'ends/b.test.ts': "test('ends', () => process.exit(3))",
      'ends/c.test.ts': `${GOOD}test('left out', { skip: 'needs nginx' }, () => {})`,
      'ends/d.test.ts': ENDS('process.exit(0)'),
      'ends/e.test.ts': FAILS,
      'ends/f.test.ts': ENDS("process.kill(process.pid, 'SIGKILL')"),
      'ends/g.test.ts': GOOD,
      'ends/h.test.ts': ENDS('process.exit(0)'),
    }),
    [],
    ONE_AT_A_TIME,
  ),
)

test('a failure is exit code 1, shown with its suite, its reason and what the file printed, and at the end once more', (t) => {
  const { status, lastLine, stdout } = badRun(t)
  assert.equal(status, 1)
  // Whether what passed before the end of a process was told in time is for the machine.
  assert.match(lastLine ?? '', /^\d+ passed, 9 failed, 1 skipped$/, stdout)
  // A long log is cut off before its end.
  const [first, last] = stdout.split('- skipped: left out')
  for (const shown of [first, last])
    assert.match(shown ?? '', /✗ test\/ends\/e\.test\.ts.*\n +outer › inner\n +Error: broken/)
  assert.match(first ?? '', /said before/)
  assert.doesNotMatch(last ?? '', /✓/)
})

test(`a file counts as failed ${Object.keys(BROKEN).join(', or ')}`, (t) => {
  const { stdout } = badRun(t)
  for (const what of Object.keys(BROKEN)) assert.match(stdout, new RegExp(`^✗ test/${brokenPath(what)} `, 'm'))
})

test('a file that ends the process of others is told alone, and the others run', (t) => {
  const { stdout } = badRun(t)
  assert.match(stdout, /✗ test\/ends\/b\.test\.ts .*\n +the file as a whole\n +its process ended with exit code 3/)
  for (const file of ['a', 'c', 'g'])
    assert.match(stdout, new RegExp(`^✓ test/ends/${file}\\.test\\.ts {2}\\d tests?,`, 'm'))
})

test('a process that ends well before its tests did is no pass, wherever its file stands', (t) => {
  for (const file of ['d', 'h'])
    assert.match(
      badRun(t).stdout,
      new RegExp(`✗ test/ends/${file}\\.test\\.ts .*\\n.*\\n +its process ended before its tests did`),
    )
})

test('a file that is killed is told also where one before it failed', (t) => {
  assert.match(badRun(t).stdout, /✗ test\/ends\/f\.test\.ts .*\n +the file as a whole\n +its process ended/)
})

test('a file that does not end, or leaves something running, is stopped and told, and the others run', (t) => {
  const files = {
    'leaves/a.test.ts': "test('leaves a timer', () => void setInterval(() => {}, 1000))",
    'leaves/b.test.ts': GOOD,
    'hangs/a.test.ts': "test('hangs', () => new Promise(() => setInterval(() => {}, 1000)))",
  }
  const { status, lastLine, stdout } = runTests(aProject(t, files), [], {
    // Both wait at once, long enough for a machine that takes seconds to start a process.
    OCTO_TEST_CONCURRENCY: '2',
    OCTO_TEST_FILE_TIMEOUT_MS: '14500',
  })
  assert.deepEqual({ status, lastLine }, { status: 1, lastLine: '2 passed, 2 failed' }, stdout)
  for (const file of ['leaves', 'hangs'])
    assert.match(
      stdout,
      new RegExp(`✗ test/${file}/a\\.test\\.ts .*\\n +the file as a whole\\n +did not end within 14\\.5 s`),
    )
})
