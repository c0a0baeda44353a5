import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { nameOfThisProcess } from '../../system/process/own-name.ts'
import { chosenFiles } from '../../tools/testing/chosen-files.ts'
import { LONGEST, longestFirst } from '../../tools/testing/longest-first.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { aProject, GOOD, runTests } from '../support/machine/test-run.ts'

/** Files of a folder share a process then, of which there is one for each file else. */
const ONE_AT_A_TIME = { OCTO_TEST_CONCURRENCY: '1' }

test('tests that pass or are skipped end in one line of sums and exit code 0, and skips show their reason', (t) => {
  const folder = aProject(t, {
    'a.test.ts': GOOD + GOOD,
    'b/c.test.ts': GOOD,
    'd.test.ts': `${GOOD}test('x', { skip: 'needs nginx' }, () => {})\ndescribe('s', { skip: 'needs Go' }, () => { ${GOOD} })`,
  })
  const { status, lastLine, stdout } = runTests(folder)
  assert.deepEqual({ status, lastLine }, { status: 0, lastLine: '4 passed, 0 failed, 2 skipped' })
  assert.match(stdout, /^✓ test\/b\/c\.test\.ts {2}1 test, /m)
  assert.match(stdout, /skipped: x \(test\/d\.test\.ts\): needs nginx/)
  assert.match(stdout, /skipped: s \(test\/d\.test\.ts\): needs Go/)
})

test('one failure is exit code 1, shown with its suite, its reason and what the file printed, and at the end once more', (t) => {
  const folder = aProject(t, {
    'a.test.ts': `${GOOD}describe('outer', () => { test('inner', () => { console.log('said before'); throw new Error('broken') }) })`,
    'b.test.ts': `${GOOD}test('left out', { skip: 'needs nginx' }, () => {})`,
  })
  const { status, lastLine, stdout } = runTests(folder, [], ONE_AT_A_TIME)
  assert.deepEqual({ status, lastLine }, { status: 1, lastLine: '2 passed, 1 failed, 1 skipped' })
  // A long log is cut off before its end.
  const [first, last] = stdout.split('- skipped: left out')
  for (const shown of [first, last])
    assert.match(shown ?? '', /✗ test\/a\.test\.ts.*\n +outer › inner\n +Error: broken/)
  assert.match(first ?? '', /said before/)
  assert.doesNotMatch(last ?? '', /✓/)
})

test('a run without any test fails', (t) => {
  const { status, lastLine, stdout } = runTests(aProject(t, { 'a.test.ts': GOOD }), ['test/elsewhere'])
  assert.deepEqual({ status, lastLine }, { status: 1, lastLine: '0 passed, 0 failed' })
  assert.match(stdout, /no test ran/)
})

const BROKEN: Readonly<Record<string, string>> = {
  'without a test': "console.log('hello')",
  'that does not load': `${GOOD}throw new Error('top')`,
  'that ends with an exit code': `${GOOD}process.on('exit', () => { process.exitCode = 3 })`,
  'of a test that is marked as todo': "test('later', { todo: true }, () => {})",
}

test(`a file counts as failed ${Object.keys(BROKEN).join(', or ')}`, (t) => {
  const paths = Object.keys(BROKEN).map((what) => `${what.replaceAll(' ', '-')}/a.test.ts`)
  const files = Object.values(BROKEN).map((text, at) => [paths[at], text])
  const { status, lastLine, stdout } = runTests(aProject(t, { ...Object.fromEntries(files), 'z.test.ts': GOOD }))
  assert.equal(status, 1)
  assert.match(lastLine ?? '', /passed, 4 failed$/)
  for (const path of paths) assert.match(stdout, new RegExp(`^✗ test/${path} `, 'm'))
})

test('with OCTO_TEST_LATE timers and file operations come late, so that what a test presumes to be over shows', (t) => {
  const numbers = '[...Array(200).keys()]'
  const timers = `const fired = []
    await Promise.all(${numbers}.map((n) => new Promise((done) => setTimeout(() => done(fired.push(n)), 1))))
    assert.deepEqual(fired, ${numbers})`
  const files = `const looks = ${numbers}.map(() => stat('.'))
    const waiting = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    await Promise.all(looks)
    assert.ok(waiting < 10, 'files were late: ' + waiting)`
  const text = `import assert from 'node:assert/strict'
    import { stat } from 'node:fs/promises'
    test('timers in their order', async () => { ${timers} })
    test('files at once', async () => { ${files} })`
  const folder = aProject(t, { 'a.test.ts': text })
  assert.equal(runTests(folder).lastLine, '2 passed, 0 failed')
  assert.equal(runTests(folder, [], { OCTO_TEST_LATE: '7' }).lastLine, '0 passed, 2 failed')
})

const SAYS_PID = "test('says', () => { console.log(process.pid); throw new Error('so that it is shown') })"
const pidsIn = (stdout: string) => new Set(stdout.match(/^ +\d+$/gm)?.map(Number))

test('a file whose hooks are for all that follows has a process of its own', (t) => {
  const hooks = `import { after } from 'node:test'\nafter(() => {})\n${SAYS_PID}`
  const folder = aProject(t, {
    'a.test.ts': SAYS_PID,
    'b.test.ts': SAYS_PID,
    'c.test.ts': hooks,
    'd.test.ts': SAYS_PID,
  })
  assert.equal(pidsIn(runTests(folder, [], ONE_AT_A_TIME).stdout).size, 3)
})

test('a file that ends the process of others is told alone, and the others run', (t) => {
  const ends = "test('ends', () => process.exit(3))"
  const run = runTests(aProject(t, { 'a.test.ts': GOOD, 'b.test.ts': ends, 'c.test.ts': GOOD }), [], ONE_AT_A_TIME)
  assert.deepEqual({ status: run.status, lastLine: run.lastLine }, { status: 1, lastLine: '2 passed, 1 failed' })
  assert.match(run.stdout, /✗ test\/b\.test\.ts .*\n +the file as a whole\n +its process ended with exit code 3/)
})

const LEAVES = `
  import { mkdirSync, mkdtempSync } from 'node:fs'
  import { tmpdir } from 'node:os'
  import { join } from 'node:path'
  test('leaves', () => void mkdtempSync(join(tmpdir(), 'left-')))
  mkdirSync(join(tmpdir(), 'node-compile-cache'), { recursive: true })`

test('what files leave among temporary files is said and removed, but for caches not said', (t) => {
  const folder = aProject(t, { 'a.test.ts': LEAVES, 'b.test.ts': LEAVES, 'c/d.test.ts': GOOD })
  const temporary = tempFolder(t)
  const { status, stdout, lastLine } = runTests(folder, [], { ...ONE_AT_A_TIME, TMPDIR: temporary })
  assert.deepEqual({ status, lastLine }, { status: 0, lastLine: '3 passed, 0 failed' }, stdout)
  assert.match(stdout, /^- left among temporary files: left-\w+, left-\w+ \(test\/b\.test\.ts, or one before it\)$/m)
  assert.doesNotMatch(stdout, /left.*d\.test\.ts/)
  assert.deepEqual(readdirSync(temporary), [])
})

const SAYS_FOLDER = `
  import { statSync } from 'node:fs'
  import { tmpdir } from 'node:os'
  test('says', () => {
    console.log('in ' + tmpdir() + ' ' + (statSync(tmpdir()).mode & 0o7777).toString(8))
    throw new Error('so that it is shown')
  })`

test('each process has a folder for temporary files of its own, open to all users as that of the machine is', (t) => {
  const hooks = "import { after } from 'node:test'\nafter(() => {})\n"
  const folder = aProject(t, { 'a.test.ts': hooks + SAYS_FOLDER, 'b.test.ts': hooks + SAYS_FOLDER })
  const temporary = tempFolder(t)
  const { stdout } = runTests(folder, [], { TMPDIR: temporary })
  const said = new Set([...stdout.matchAll(/^ +in (\S+) (\d+)$/gm)].map(([, place, mode]) => `${place} ${mode}`))
  assert.equal(said.size, 2, stdout)
  for (const each of said) assert.match(each, new RegExp(`^${temporary}/octo-t-\\w+/\\d+ 1777$`))
})

test('what a run left that was killed goes with the next one, and what is of others stays', {
  skip: process.platform === 'linux' ? false : 'elsewhere nobody can tell',
}, (t) => {
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
  const { status, stderr } = runTests(aProject(t, { 'a.test.ts': GOOD }), [], { TMPDIR: temporary })
  assert.equal(status, 0, stderr)
  const left = ['octo-t-elsewhere', 'octo-t-link', 'octo-t-nobody', 'octo-t-odd', 'octo-t-running', 'other-ended']
  assert.deepEqual(readdirSync(temporary).sort(), left)
})

const ENDS = (how: string) => `
  test('passes', () => {})
  test('ends', async () => { await new Promise((next) => setTimeout(next, 20)); ${how} })
  test('never runs', () => { throw new Error('broken') })`

test('a process that ends well before its tests did is no pass, wherever its file stands', (t) => {
  const ends = ENDS('process.exit(0)')
  const folder = aProject(t, { 'a.test.ts': GOOD, 'b.test.ts': ends, 'c.test.ts': GOOD, 'd.test.ts': ends })
  const { status, stdout, lastLine } = runTests(folder, [], ONE_AT_A_TIME)
  assert.equal(status, 1)
  // Whether what passed before was told in time is for the machine.
  assert.match(lastLine ?? '', /passed, 2 failed$/)
  for (const file of ['b', 'd'])
    assert.match(stdout, new RegExp(`✗ test/${file}\\.test\\.ts .*\\n.*\\n +its process ended before its tests did`))
})

test('a file that is killed is told also where one before it failed', (t) => {
  const folder = aProject(t, {
    'a.test.ts': "test('breaks', () => { throw new Error('broken') })",
    'b.test.ts': ENDS("process.kill(process.pid, 'SIGKILL')"),
  })
  const { stdout, lastLine } = runTests(folder, [], ONE_AT_A_TIME)
  assert.match(lastLine ?? '', /passed, 2 failed$/)
  assert.match(stdout, /✗ test\/b\.test\.ts .*\n +the file as a whole\n +its process ended/)
})

const WAITS = "test('waits', () => new Promise((next) => setTimeout(next, 20).unref()))"
const LOOKS = `test('looks', () => {
    if (process.moduleLoadList.some((name) => name.endsWith('/undici'))) throw new Error('is loaded')
  })`

test('a test behind other files may wait for what keeps no process, and finds none of the seventy modules of the Web loaded', (t) => {
  const folder = aProject(t, { 'a.test.ts': GOOD, 'b.test.ts': WAITS, 'c.test.ts': WAITS, 'd.test.ts': LOOKS })
  const { status, stdout, lastLine } = runTests(folder, [], ONE_AT_A_TIME)
  assert.deepEqual({ status, lastLine }, { status: 0, lastLine: '4 passed, 0 failed' }, stdout)
})

test('a file that leaves something running among others is stopped and told, and the others run', (t) => {
  const leaves = "test('leaves a timer', () => void setInterval(() => {}, 1000))"
  const run = runTests(aProject(t, { 'a.test.ts': leaves, 'b.test.ts': GOOD }), [], {
    // Long enough for a machine that takes seconds to start a process.
    ...ONE_AT_A_TIME,
    OCTO_TEST_FILE_TIMEOUT_MS: '15000',
  })
  assert.equal(run.lastLine, '2 passed, 1 failed')
  assert.match(run.stdout, /✗ test\/a\.test\.ts .*\n +the file as a whole\n +did not end within 15 s/)
})

test('a file that does not end is stopped and counts as failed', (t) => {
  const folder = aProject(t, { 'a.test.ts': "test('hangs', () => new Promise(() => setInterval(() => {}, 1000)))" })
  const { status, lastLine, stdout } = runTests(folder, [], { OCTO_TEST_FILE_TIMEOUT_MS: '1500' })
  assert.deepEqual({ status, lastLine }, { status: 1, lastLine: '0 passed, 1 failed' })
  assert.match(stdout, /the file as a whole\n +did not end within 1\.5 s/)
})

test('words choose files, and test/interop runs only when it is asked for', (t) => {
  const folder = aProject(t, { 'client/a.test.ts': GOOD, 'client/b.test.ts': GOOD, 'interop/c.test.ts': GOOD })
  const chosen = (words: string[], withInterop = false) => chosenFiles(words, { cwd: folder, withInterop })
  assert.deepEqual(chosen([]), ['test/client/a.test.ts', 'test/client/b.test.ts'])
  assert.deepEqual(chosen([], true), ['test/client/a.test.ts', 'test/client/b.test.ts', 'test/interop/c.test.ts'])
  const { stdout } = runTests(folder, ['test/client/b', 'interop'], ONE_AT_A_TIME)
  assert.deepEqual(stdout.match(/(?<=^✓ )\S+/gm)?.sort(), ['test/client/b.test.ts', 'test/interop/c.test.ts'])
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
  assert.equal(runTests(one, [], ONE_AT_A_TIME).lastLine, '3 passed, 0 failed')
})
