import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { nameOfThisProcess } from '../../system/process/own-name.ts'
import { chosenFiles } from '../../tools/testing/chosen-files.ts'
import { LONGEST, longestFirst } from '../../tools/testing/longest-first.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { aProject, GOOD, ONE_AT_A_TIME, ranOnce, runTests } from '../support/machine/test-run.ts'

/** In its process and in all others of the run: nobody runs meanwhile. */
const ALONE = `
  import { rmSync, writeFileSync } from 'node:fs'
  test('meets nobody', async () => {
    writeFileSync('running', '', { flag: 'wx' })
    await new Promise((next) => setTimeout(next, 100))
    rmSync('running')
  })`
const LEAVES = `
  import { mkdirSync, mkdtempSync } from 'node:fs'
  import { tmpdir } from 'node:os'
  import { join } from 'node:path'
  test('leaves', () => void mkdtempSync(join(tmpdir(), 'left-')))
  mkdirSync(join(tmpdir(), 'node-compile-cache'), { recursive: true })`
const WAITS = "test('waits', () => new Promise((next) => setTimeout(next, 20).unref()))"
const LOOKS = `test('looks', () => {
    if (process.moduleLoadList.some((name) => name.endsWith('/undici'))) throw new Error('is loaded')
  })`
const SKIPS =
  "test('x', { skip: 'needs nginx' }, () => {})\ndescribe('s', { skip: 'needs Go' }, () => { test('y', () => {}) })"

const NUMBERS = '[...Array(200).keys()]'
const TIMERS = `const fired = []
    await Promise.all(${NUMBERS}.map((n) => new Promise((done) => setTimeout(() => done(fired.push(n)), 1))))
    assert.deepEqual(fired, ${NUMBERS})`
const FILES = `const looks = ${NUMBERS}.map(() => stat('.'))
    const waiting = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    await Promise.all(looks)
    assert.ok(waiting < 10, 'files were late: ' + waiting)`
const IN_TIME = `import assert from 'node:assert/strict'
    import { stat } from 'node:fs/promises'
    test('timers in their order', async () => { ${TIMERS} })
    test('files at once', async () => { ${FILES} })`

/** A run in which nothing fails, beside what others left, of the files that its words choose. */
const goodRun = ranOnce((t) => {
  const temporary = tempFolder(t)
  const owned = (name: string, owner: string) => {
    mkdirSync(join(temporary, name))
    writeFileSync(join(temporary, name, 'owner'), owner)
  }
  const own = nameOfThisProcess()
  owned('octo-t-ended', own.replace(/\d+$/, '1'))
  owned('octo-t-running', own)
  owned(
    'octo-t-elsewhere',
    own.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
  )
  owned('other-ended', own.replace(/\d+$/, '1'))
  mkdirSync(join(temporary, 'octo-t-nobody'))
  // As one that ends and removes its folder at this moment: its owner cannot be read.
  mkdirSync(join(temporary, 'octo-t-odd', 'owner'), { recursive: true })
  symlinkSync('other-ended', join(temporary, 'octo-t-link'))
  const folder = aProject(t, {
    'one/a.test.ts': GOOD + GOOD + SKIPS,
    'one/b.test.ts': IN_TIME,
    'one/c.test.ts': WAITS,
    'one/d.test.ts': WAITS,
    'one/e.test.ts': LOOKS,
    'one/f.test.ts': LEAVES + ALONE,
    'one/g.test.ts': LEAVES,
    'two/a.test.ts': "throw new Error('is not chosen')",
    'two/b.test.ts': ALONE,
    'interop/c.test.ts': ALONE,
  })
  const run = runTests(folder, ['test/one', 'test/two/b', 'interop'], { ...ONE_AT_A_TIME, TMPDIR: temporary })
  return { ...run, left: readdirSync(temporary).sort() }
})

test('tests that pass or are skipped end in one line of sums and exit code 0, and skips show their reason', (t) => {
  const { status, lastLine, stdout } = goodRun(t)
  assert.deepEqual({ status, lastLine }, { status: 0, lastLine: '12 passed, 0 failed, 2 skipped' }, stdout)
  assert.match(stdout, /^✓ test\/one\/b\.test\.ts {2}2 tests, /m)
  assert.match(stdout, /^✓ test\/two\/b\.test\.ts {2}1 test, /m)
  assert.match(stdout, /skipped: x \(test\/one\/a\.test\.ts\): needs nginx/)
  assert.match(stdout, /skipped: s \(test\/one\/a\.test\.ts\): needs Go/)
})

test('words choose files, and test/interop runs only when it is asked for', (t) => {
  const folder = aProject(t, { 'client/a.test.ts': GOOD, 'client/b.test.ts': GOOD, 'interop/c.test.ts': GOOD })
  const chosen = (words: string[], withInterop = false) => chosenFiles(words, { cwd: folder, withInterop })
  assert.deepEqual(chosen([]), ['test/client/a.test.ts', 'test/client/b.test.ts'])
  assert.deepEqual(chosen([], true), ['test/client/a.test.ts', 'test/client/b.test.ts', 'test/interop/c.test.ts'])
  assert.deepEqual(
    goodRun(t)
      .stdout.match(/(?<=^✓ )\S+/gm)
      ?.sort(),
    [
      'test/interop/c.test.ts',
      ...['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => `test/one/${name}.test.ts`),
      'test/two/b.test.ts',
    ],
  )
})

test('what files leave among temporary files is said and removed, but for caches not said', (t) => {
  const { stdout, left } = goodRun(t)
  assert.match(
    stdout,
    /^- left among temporary files: left-\w+, left-\w+ \(test\/one\/g\.test\.ts, or one before it\)$/m,
  )
  assert.doesNotMatch(stdout, /left.*(?:two|interop)/)
  assert.deepEqual(
    left.filter((name) => !/^(?:octo-t-\D+|other-ended)$/.test(name)),
    [],
  )
})

test('what a run left that was killed goes with the next one, and what is of others stays', {
  skip: process.platform === 'linux' ? false : 'elsewhere nobody can tell',
}, (t) => {
  const { status, stderr, left } = goodRun(t)
  assert.equal(status, 0, stderr)
  const others = ['octo-t-elsewhere', 'octo-t-link', 'octo-t-nobody', 'octo-t-odd', 'octo-t-running', 'other-ended']
  assert.deepEqual(left, others)
})

test('a test behind other files may wait for what keeps no process, and finds none of the seventy modules of the Web loaded', (t) => {
  const { stdout } = goodRun(t)
  for (const file of ['c', 'd', 'e'])
    assert.match(stdout, new RegExp(`^✓ test/one/${file}\\.test\\.ts {2}1 test, `, 'm'))
})

test('with OCTO_TEST_LATE timers and file operations come late, so that what a test presumes to be over shows', (t) => {
  assert.match(goodRun(t).stdout, /^✓ test\/one\/b\.test\.ts {2}2 tests, /m)
  const folder = aProject(t, { 'a.test.ts': IN_TIME })
  assert.equal(runTests(folder, [], { OCTO_TEST_LATE: '7' }).lastLine, '0 passed, 2 failed')
})

test('a run without any test fails', (t) => {
  const { status, lastLine, stdout } = runTests(aProject(t, { 'a.test.ts': GOOD }), ['test/elsewhere'])
  assert.deepEqual({ status, lastLine }, { status: 1, lastLine: '0 passed, 0 failed' })
  assert.match(stdout, /no test ran/)
})

const MEETS = (name: string, other: string) => `
  import { existsSync, writeFileSync } from 'node:fs'
  test('meets the other', async () => {
    writeFileSync('${name}', '')
    while (!existsSync('${other}')) await new Promise((next) => setTimeout(next, 5))
  })`
const SAYS = `
  import { statSync } from 'node:fs'
  import { tmpdir } from 'node:os'
  test('says', () => {
    console.log(process.pid + ' in ' + tmpdir() + ' ' + (statSync(tmpdir()).mode & 0o7777).toString(8))
    throw new Error('so that it is shown')
  })`

/** Of two processes at a time, and what files say of the processes that they are in. */
const runOfTwo = ranOnce((t) => {
  const folder = aProject(t, {
    'one/a.test.ts': MEETS('a', 'b'),
    'two/b.test.ts': MEETS('b', 'a'),
    'what/a.test.ts': SAYS,
    'what/b.test.ts': SAYS,
    'what/c.test.ts': `import { after } from 'node:test'\nafter(() => {})\n${SAYS}`,
    'what/d.test.ts': SAYS,
  })
  const temporary = tempFolder(t)
  const { stdout } = runTests(folder, [], { OCTO_TEST_CONCURRENCY: '2', TMPDIR: temporary })
  const told = [...stdout.matchAll(/^✗ test\/what\/(\w).*\n(?: .*\n)*? +(\d+) in (\S+) (\d+)$/gm)]
  return { stdout, temporary, said: told.map(([, file, pid, place, mode]) => ({ file, pid, place, mode })) }
})

test('as many files run at a time as are asked for', (t) => {
  for (const file of ['one/a', 'two/b'])
    assert.match(runOfTwo(t).stdout, new RegExp(`^✓ test/${file}\\.test\\.ts {2}1 test`, 'm'))
  for (const file of ['one/f', 'two/b', 'interop/c'])
    assert.match(goodRun(t).stdout, new RegExp(`^✓ test/${file}\\.test\\.ts {2}`, 'm'))
})

test('a file whose hooks are for all that follows has a process of its own', (t) => {
  const { said, stdout } = runOfTwo(t)
  const pids = Object.fromEntries(said.map(({ file, pid }) => [file, pid]))
  assert.deepEqual(Object.keys(pids).sort(), ['a', 'b', 'c', 'd'], stdout)
  assert.equal(pids.a, pids.b)
  assert.equal(new Set(Object.values(pids)).size, 3)
})

test('each process has a folder for temporary files of its own, open to all users as that of the machine is', (t) => {
  const { said, stdout, temporary } = runOfTwo(t)
  const places = new Map(said.map(({ pid, place, mode }) => [pid, `${place} ${mode}`]))
  assert.equal(new Set(places.values()).size, 3, stdout)
  for (const each of places.values()) assert.match(each, new RegExp(`^${temporary}/octo-t-\\w+/\\d+ 1777$`))
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
