import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { lockFile, takeLock, tryLock, whyNoLock } from '../../system/process-lock.ts'
import { expectCode, expectCodeAsync } from '../support/assertions/expect-code.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

const request = (path: string, mode: 'shared' | 'exclusive' = 'exclusive') => ({ path, mode, subject: 'test' }) as const

test('excludes a second holder in the same process and lets it in afterwards', async (context) => {
  const path = join(tempFolder(context), 'a.lock')
  const first = await takeLock(request(path))
  assert.equal(await tryLock(request(path)), undefined)
  const second = takeLock(request(path))
  first[Symbol.dispose]()
  ;(await second)[Symbol.dispose]()
})

test('lets many share and excludes one that wants it alone', async (context) => {
  const path = join(tempFolder(context), 'a.lock')
  using _first = await takeLock(request(path, 'shared'))
  const second = await takeLock(request(path, 'shared'))
  assert.equal(await tryLock(request(path)), undefined)
  second[Symbol.dispose]()
})

test('makes no second file beside its own, however it is held', async (context) => {
  for (const mode of ['shared', 'exclusive'] as const) {
    const folder = tempFolder(context)
    using _held = await takeLock(request(join(folder, 'a.lock'), mode))
    assert.deepEqual(readdirSync(folder), ['a.lock'], mode)
  }
})

const onUnix = { skip: process.getuid === undefined ? 'there are no modes' : false }

for (const [before, after] of [
  [undefined, 0o600],
  [0o644, 0o600],
  [0o664, 0o660],
  [0o666, 0o666],
  [0o600, 0o600],
] as const)
  test(
    `nobody who may not write a lock file of mode ${before?.toString(8) ?? 'none yet'} may read it, and so lock it`,
    onUnix,
    async (t) => {
      for (const mode of ['shared', 'exclusive'] as const) {
        const path = join(tempFolder(t), 'a.lock')
        if (before !== undefined) {
          writeFileSync(path, '')
          chmodSync(path, before)
        }
        using _held = await takeLock(request(path, mode))
        assert.equal((statSync(path).mode & 0o777).toString(8), after.toString(8))
        if (mode === 'exclusive') assert.equal(await tryLock(request(path)), undefined, 'the lock is still held')
      }
    },
  )

test(
  'the mode of a lock file in a folder of another user stays, and so does that of a file with two names',
  onUnix,
  (t) => {
    const folder = tempFolder(t)
    const [path, second] = [join(folder, 'a.lock'), join(folder, 'second')]
    writeFileSync(path, '', { mode: 0o644 })
    chmodSync(path, 0o644)
    linkSync(path, second)
    lockFile(path, 'exclusive')?.[Symbol.dispose]()
    assert.equal(statSync(path).mode & 0o777, 0o644)
    if (process.getuid?.() !== 0) return
    rmSync(second)
    chownSync(folder, 12345, 12345)
    lockFile(path, 'exclusive')?.[Symbol.dispose]()
    assert.equal(statSync(path).mode & 0o777, 0o644)
  },
)

const carried: Readonly<Record<string, (path: string) => void>> = {
  'a text': (path) => writeFileSync(path, 'carried here with the store'),
  'a database': (path) => writeDatabase(path, 'DELETE'),
  'a database in WAL mode': (path) => writeDatabase(path, 'WAL'),
}

for (const [what, write] of Object.entries(carried))
  test(`empties a file of the store that is ${what}, so that the lock excludes as ever`, async (context) => {
    const folder = tempFolder(context)
    const path = join(folder, 'a.lock')
    for (const mode of ['exclusive', 'shared'] as const) {
      write(path)
      using held = await tryLock(request(path, mode))
      assert.ok(held)
      assert.equal(readFileSync(path, 'utf8'), '')
      assert.deepEqual(readdirSync(folder), ['a.lock'])
      assert.equal(await tryLock(request(path)), undefined)
    }
  })

test('a file that is not emptied keeps what it holds', (context) => {
  const path = join(tempFolder(context), 'a.lock')
  writeFileSync(path, 'somebody else’s')
  assert.throws(() => lockFile(path, 'exclusive'), { errcode: 26 })
  assert.equal(readFileSync(path, 'utf8'), 'somebody else’s')
})

function writeDatabase(path: string, journal: string): void {
  const database = new DatabaseSync(path)
  database.exec(`PRAGMA journal_mode = ${journal}; CREATE TABLE IF NOT EXISTS t (x)`)
  database.close()
}

test('gives up after the timeout and says for what it waited', async (context) => {
  const path = join(tempFolder(context), 'a.lock')
  using _held = await takeLock(request(path))
  const error = await expectCodeAsync('STORE_BUSY', () => takeLock({ ...request(path), timeoutMs: 20 }))
  assert.match(error.hint ?? '', /network disk whose service for locks does not run looks the same$/)
  assert.match(error.message, /`test`/)
})

test('is free again when its holder is killed', async (context) => {
  const path = join(tempFolder(context), 'a.lock')
  const module = new URL('../../system/process-lock.ts', import.meta.url).href
  const program = `const { takeLock } = await import('${module}')
    globalThis.held = await takeLock({ path: process.argv[1], mode: 'exclusive', subject: 'x' })
    console.log('held'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  assert.equal(await tryLock(request(path)), undefined)
  child.kill('SIGKILL')
  await once(child, 'exit')
  ;(await takeLock({ ...request(path), timeoutMs: 1000 }))[Symbol.dispose]()
})

/** Result codes as node:sqlite says them: the kind in the lower eight bits, details above. */
const TROUBLES = {
  short: [5, 261, 6, 262, 7, 15, 3082],
  'no lock': [11, 267, 26],
  refused: [8, 10, 266, 778, 13, 14, 1, undefined],
} as const

for (const [why, codes] of Object.entries(TROUBLES))
  test(`a lock that SQLite did not give is told as: ${why}`, () => {
    for (const errcode of codes) assert.equal(whyNoLock(Object.assign(new Error('no'), { errcode })), why, `${errcode}`)
  })

for (const [what, put] of [
  ['a pipe', (path: string) => void execFileSync('mkfifo', ['-m', '0444', path])],
  ['a link', (path: string) => symlinkSync(`${path}.elsewhere`, path)],
  ['a folder', (path: string) => mkdirSync(path)],
] as const)
  test(`${what} is no lock, and is told by its path`, (t) => {
    const path = join(tempFolder(t), 'lock')
    put(path)
    const { message } = expectCode('IO_FAILED', () => lockFile(path, 'exclusive'))
    assert.ok(message.includes(path), message)
    assert.equal(existsSync(`${path}.elsewhere`), false)
  })
