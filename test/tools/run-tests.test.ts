import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { LONGEST, longestFirst } from '../../tools/longest-first.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

const runner = fileURLToPath(new URL('../../tools/run-tests.ts', import.meta.url))
const IMPORT = "import { describe, test } from 'node:test'\n"
const GOOD = "test('good', () => {})\n"

function aProject(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = tempFolder(t)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, 'test', name, '..'), { recursive: true })
    writeFileSync(join(folder, 'test', name), IMPORT + text)
  }
  return folder
}

function runTests(folder: string, words: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  const { NODE_TEST_CONTEXT: _, OCTO_INTEROP: __, FORCE_COLOR: ___, ...inherited } = process.env
  const options = { cwd: folder, encoding: 'utf8', env: { ...inherited, ...env } } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, [runner, ...words], options)
  return { status, stdout, stderr, lastLine: stdout.trimEnd().split('\n').at(-1) }
}

test('passing tests end in one line of sums and exit code 0', (t) => {
  const folder = aProject(t, { 'a.test.ts': GOOD + GOOD, 'b/c.test.ts': GOOD })
  const { status, lastLine, stdout } = runTests(folder)
  assert.deepEqual({ status, lastLine }, { status: 0, lastLine: '3 passed, 0 failed' })
  assert.match(stdout, /^✓ test\/b\/c\.test\.ts {2}1 test, /m)
})

test('one failure is exit code 1, shown with its suite, its reason and what the file printed', (t) => {
  const folder = aProject(t, {
    'a.test.ts': `${GOOD}describe('outer', () => { test('inner', () => { console.log('said before'); throw new Error('broken') }) })`,
  })
  const { status, lastLine, stdout } = runTests(folder)
  assert.deepEqual({ status, lastLine }, { status: 1, lastLine: '1 passed, 1 failed' })
  assert.match(stdout, /outer › inner\n +Error: broken/)
  assert.match(stdout, /said before/)
})

test('what failed is shown once more at the end, where a long log is cut off last', (t) => {
  const folder = aProject(t, {
    'a.test.ts': "test('breaks', () => { throw new Error('broken') })",
    'b.test.ts': `${GOOD}test('left out', { skip: 'needs nginx' }, () => {})`,
  })
  const { stdout } = runTests(folder)
  const end = stdout.slice(stdout.indexOf('- skipped: left out'))
  assert.match(end, /✗ test\/a\.test\.ts.*\n +breaks\n +Error: broken/)
  assert.doesNotMatch(end, /✓/)
})

test('skips are counted and show their reason', (t) => {
  const folder = aProject(t, {
    'a.test.ts': `${GOOD}test('x', { skip: 'needs nginx' }, () => {})\ndescribe('s', { skip: 'needs Go' }, () => { ${GOOD} })`,
  })
  const { status, lastLine, stdout } = runTests(folder)
  assert.deepEqual({ status, lastLine }, { status: 0, lastLine: '1 passed, 0 failed, 2 skipped' })
  assert.match(stdout, /skipped: x \(test\/a\.test\.ts\): needs nginx/)
  assert.match(stdout, /skipped: s \(test\/a\.test\.ts\): needs Go/)
})

test('a run without any test fails', (t) => {
  const { status, lastLine, stdout } = runTests(aProject(t, { 'a.test.ts': GOOD }), ['test/elsewhere'])
  assert.deepEqual({ status, lastLine }, { status: 1, lastLine: '0 passed, 0 failed' })
  assert.match(stdout, /no test ran/)
})

const broken = {
  'a file without a test': "console.log('hello')",
  'a file that does not load': `${GOOD}throw new Error('top')`,
  'a file that ends with an exit code': `${GOOD}process.on('exit', () => { process.exitCode = 3 })`,
  'a test that is marked as todo': "test('later', { todo: true }, () => {})",
}

for (const [says, text] of Object.entries(broken))
  test(`${says} counts as failed`, (t) => {
    const { status, lastLine } = runTests(aProject(t, { 'a.test.ts': text, 'b.test.ts': GOOD }))
    assert.equal(status, 1)
    assert.match(lastLine ?? '', /passed, 1 failed$/)
  })

test('a file that does not end is stopped and counts as failed', (t) => {
  const folder = aProject(t, { 'a.test.ts': "test('hangs', () => new Promise(() => setInterval(() => {}, 1000)))" })
  const { status, lastLine, stdout } = runTests(folder, [], { OCTO_TEST_FILE_TIMEOUT_MS: '1500' })
  assert.deepEqual({ status, lastLine }, { status: 1, lastLine: '0 passed, 1 failed' })
  assert.match(stdout, /the file as a whole\n +did not end within 1\.5 s/)
})

test('words choose files, and test/interop runs only when it is asked for', (t) => {
  const folder = aProject(t, { 'a.test.ts': GOOD, 'client/b.test.ts': GOOD, 'interop/c.test.ts': GOOD })
  assert.equal(runTests(folder).lastLine, '2 passed, 0 failed')
  assert.equal(runTests(folder, ['test/client']).lastLine, '1 passed, 0 failed')
  assert.equal(runTests(folder, ['test/interop']).lastLine, '1 passed, 0 failed')
  assert.equal(runTests(folder, [], { OCTO_INTEROP: '1' }).lastLine, '3 passed, 0 failed')
})

test('files that take long run first and are there, the others behind them in the order of their paths', () => {
  const [first = '', second = ''] = LONGEST
  assert.deepEqual(longestFirst(['test/a.test.ts', second, 'test/z.test.ts', first]), [
    first,
    second,
    'test/a.test.ts',
    'test/z.test.ts',
  ])
  const root = fileURLToPath(new URL('../..', import.meta.url))
  assert.deepEqual(
    LONGEST.filter((path) => !existsSync(join(root, path))),
    [],
  )
})

const MEETS = (name: string, other: string) => `
  import { existsSync, writeFileSync } from 'node:fs'
  test('meets the other', async () => {
    writeFileSync('${name}', '')
    while (!existsSync('${other}')) await new Promise((next) => setTimeout(next, 5))
  })`
const ALONE = `
  import { rmSync, writeFileSync } from 'node:fs'
  test('meets nobody', async () => {
    writeFileSync('running', '', { flag: 'wx' })
    await new Promise((next) => setTimeout(next, 100))
    rmSync('running')
  })`

test('as many files run at a time as are asked for', (t) => {
  const both = aProject(t, { 'a.test.ts': MEETS('a', 'b'), 'b.test.ts': MEETS('b', 'a') })
  assert.equal(runTests(both, [], { OCTO_TEST_CONCURRENCY: '2' }).lastLine, '2 passed, 0 failed')
  const one = aProject(t, { 'a.test.ts': ALONE, 'b.test.ts': ALONE, 'c.test.ts': ALONE })
  assert.equal(runTests(one, [], { OCTO_TEST_CONCURRENCY: '1' }).lastLine, '3 passed, 0 failed')
})
