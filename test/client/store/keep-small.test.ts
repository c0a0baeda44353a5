// The store makes room by itself: what goes, in which order, what never goes, and what is left behind by a process that is killed.
// allow(long-file): one store that all of these look at
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { cacheLimitOf, DEFAULT_LIMIT_BYTES } from '../../../client/store/cache-limit.ts'
import { collect } from '../../../client/store/collect.ts'
import { readCollection } from '../../../client/store/collection-note.ts'
import { STORE_DISK } from '../../../client/store/disk.ts'
import { keepSmall, planRoom } from '../../../client/store/keep-small.ts'
import { knownPrograms, noteProgram } from '../../../client/store/known-programs.ts'
import { namesInKnownLocks, noteLocked, noteLockfile } from '../../../client/store/known-projects.ts'
import { lastUse, noteUse } from '../../../client/store/last-use.ts'
import type { Layout, TreeKey } from '../../../client/store/layout.ts'
import { layoutOf } from '../../../client/store/layout.ts'
import { openStore } from '../../../client/store/open-store.ts'
import { openToReaders } from '../../../client/store/open-to-readers.ts'
import { linkRaw, removeTree } from '../../../client/store/unpacked.ts'
import { verifyStore } from '../../../client/store/verify-store.ts'
import type { Digest } from '../../../schemas/digest.ts'
import { digestOf, hexOf } from '../../../schemas/digest.ts'
import { isCoded } from '../../../schemas/errors.ts'
import { parseLockfile } from '../../../schemas/lockfile.ts'
import { takeLock } from '../../../system/process-lock.ts'
import { aScript } from '../../support/builders/test-authority.ts'
import { aMachine } from '../../support/client/client-machine.ts'
import { FROM_SOURCES } from '../../support/machine/from-sources.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const DAY = 24 * 3600 * 1000
const LATER = Date.now() + 60 * DAY
const SIZE = aScript('0').length

type Put = { readonly key: TreeKey; readonly digest: Digest }

/** A program of `SIZE` bytes, used so many days before `LATER`. */
function put(layout: Layout, name: string, daysAgo: number, bytes = aScript(name)): Put {
  const digest = digestOf(bytes)
  const key = `${hexOf(digest)}-raw-${'0'.repeat(32)}` as TreeKey
  writeFileSync(layout.blob(digest), bytes, { mode: 0o555 })
  linkRaw(layout, { key, digest, size: bytes.length, format: 'raw', executable: 'run' })
  noteUse(layout, key, LATER - daysAgo * DAY)
  return { key, digest }
}

function aStore(t: TestContext, names = '01234') {
  const layout = openStore(join(tempFolder(t), 'store'))
  // The higher the digit, the longer ago it was used.
  const all = [...names].map((name) => put(layout, name, 2 + Number(name)))
  return { layout, all, is: (one: Put) => existsSync(layout.blob(one.digest)) && existsSync(layout.tree(one.key)) }
}

const LONG_MS = 600_000
const options = (limitBytes: number | undefined, more = {}) => ({ limitBytes, now: LATER, budgetMs: LONG_MS, ...more })

function aLockfile(t: TestContext, digests: readonly Digest[]): string {
  const path = join(tempFolder(t), 'octo.lock')
  const platforms = Object.fromEntries(
    digests.map((digest, index) => [
      ['linux_amd64', 'linux_arm64', 'any'][index],
      { file: 'f', digest, size: 9, format: 'raw' },
    ]),
  )
  const plugin = { repo: 'core', url: 'x', registryRepo: 'core', plugin: 'p', version: '1.0.0', ranges: [], serial: 1 }
  const plugins = { 'core/p': { ...plugin, signer: 'unsigned', platforms } }
  writeFileSync(path, JSON.stringify({ format: 'octo.lock/v1', plugins }))
  return path
}

test('what was not used for longest goes first, and no more than has to', async (t) => {
  const { layout, all, is } = aStore(t)
  assert.deepEqual(await keepSmall(layout, options(5 * SIZE)), { state: 'done', removed: [], bytes: 5 * SIZE })
  rmSync(join(layout.base, 'collected.json'))
  const kept = await keepSmall(layout, options(3 * SIZE))
  assert(kept.state === 'done')
  assert.deepEqual([kept.removed.map(({ digest }) => digest), kept.bytes], [[all[4]?.digest, all[3]?.digest], 3 * SIZE])
  assert.deepEqual(all.map(is), [true, true, true, false, false])
  assert.deepEqual(
    readdirSync(layout.trees).filter((name) => name.startsWith('.')),
    [],
  )
  assert.equal(readdirSync(layout.used).length, 3)
  assert.deepEqual((await verifyStore(layout)).problems, [])
  assert.equal(readCollection(layout)?.removed, 2)
})

test('looks once a day, and not at all where it is off, others read the store, or somebody installs', async (t) => {
  const { layout, all, is } = aStore(t)
  assert.deepEqual(await keepSmall(layout, options(undefined)), { state: 'off' })
  for (const mode of ['shared', 'exclusive'] as const) {
    using _installing = await takeLock({ path: layout.storeLock, mode, subject: 'the store', ...STORE_DISK })
    assert.deepEqual(await keepSmall(layout, options(0)), { state: 'busy' })
  }
  openToReaders(layout)
  assert.deepEqual(await keepSmall(layout, options(0)), { state: 'shared' })
  chmodSync(layout.trees, 0o700)
  assert.equal((await keepSmall(layout, options(4 * SIZE))).state, 'done')
  assert.deepEqual(await keepSmall(layout, options(0, { now: LATER + DAY / 2 })), { state: 'early' })
  assert.deepEqual(all.map(is), [true, true, true, true, false])
  assert.equal((await keepSmall(layout, options(0, { now: LATER + DAY }))).state, 'done')
  assert.deepEqual(all.map(is), [false, false, false, false, false])
})

/** What keeps an artifact that was used longest ago. */
const KEEPERS: Readonly<Record<string, (layout: Layout, one: Put, t: TestContext) => void | Promise<void>>> = {
  'a known lockfile': (layout, { digest }, t) => noteLockfile(layout, aLockfile(t, [digest])),
  'a known lockfile that cannot be found for a while'(layout, { digest }, t) {
    const path = aLockfile(t, [digest])
    noteLockfile(layout, path)
    noteLocked(layout, path, parseLockfile(readFileSync(path, 'utf8'), path))
    rmSync(path)
    lutimesSync(layout.lockedDigests(path), (LATER - 29 * DAY) / 1000, (LATER - 29 * DAY) / 1000)
  },
  async 'a lockfile that cannot be found for a while, and that `octo cache gc` has forgotten'(layout, one, t) {
    KEEPERS['a known lockfile that cannot be found for a while']?.(layout, one, t)
    await collect(layout, { now: Date.now(), minAgeMs: DAY })
    assert.deepEqual(readdirSync(layout.knownLocks), [])
  },
  'a program of a service': (layout, { digest }, t) =>
    noteProgram(layout, { project: join(tempFolder(t), 'octo.lock'), service: 'web', digest, origin: 'x' }),
  'a program of a service whose project is not there now': (layout, { digest }) =>
    noteProgram(layout, { project: '/nowhere/at/all/octo.lock', service: 'web', digest, origin: 'x' }),
  async 'a program of a service whose project is not there, when somebody looks at the store'(layout, one, t) {
    KEEPERS['a program of a service whose project is not there now']?.(layout, one, t)
    KEEPERS['a known lockfile that cannot be found for a while']?.(layout, one, t)
    const { knownLocks, knownPrograms: programs } = layout
    const before = [knownLocks, programs].map((folder) => readdirSync(folder))
    // As `octo cache list` and `octo cache gc --dry-run` do.
    assert.deepEqual([namesInKnownLocks(layout).size, knownPrograms(layout).size], [0, 0])
    await collect(layout, { now: LATER, dryRun: true })
    assert.deepEqual(
      [knownLocks, programs].map((folder) => readdirSync(folder)),
      before,
    )
  },
  'that it was used within a day': (layout, { key }) => noteUse(layout, key, LATER - DAY / 2),
}

for (const [keeper, keep] of Object.entries(KEEPERS))
  test(`an artifact is kept by ${keeper}, however small the limit`, async (t) => {
    const { layout, all, is } = aStore(t, '01')
    const [other, kept] = all as [Put, Put]
    await keep(layout, kept, t)
    assert.equal((await keepSmall(layout, options(0))).state, 'done')
    assert.deepEqual([is(other), is(kept)], [false, true])
  })

test('an artifact is kept while it runs, by its file or as the script of an interpreter', {
  skip: process.platform !== 'linux' && 'only Linux tells what runs where',
}, async (t) => {
  for (const form of ['program', 'script'] as const) {
    const { layout, all, is } = aStore(t, '0')
    const [other] = all as [Put]
    const kept = put(layout, 'cat', 9, readFileSync('/bin/cat'))
    const path = join(layout.tree(kept.key), 'run')
    // Both wait for their input.
    const child = form === 'program' ? spawn(path, { argv0: 'cat' }) : spawn('sh', ['-c', 'read line', path])
    t.after(() => child.kill('SIGKILL'))
    await once(child, 'spawn')
    assert.equal((await keepSmall(layout, options(0))).state, 'done')
    assert.deepEqual([is(other), is(kept)], [false, true], form)
    child.stdin.end('\n')
    await once(child, 'close')
    assert.equal((await keepSmall(layout, options(0, { now: LATER + DAY }))).state, 'done')
    assert.equal(is(kept), false, form)
  }
})

test('an artifact is kept while it runs out of a store that is reached through a link', {
  skip: process.platform !== 'linux' && 'only Linux tells what runs where',
}, async (t) => {
  const folder = tempFolder(t)
  openStore(join(folder, 'real', 'store'))
  symlinkSync('real', join(folder, 'link'))
  const layout = openStore(join(folder, 'link', 'store'))
  const { key } = put(layout, 'cat', 9, readFileSync('/bin/cat'))
  const child = spawn(join(layout.tree(key), 'run'), { argv0: 'cat' })
  t.after(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  assert.equal((await keepSmall(layout, options(0))).state, 'done')
  assert(existsSync(layout.tree(key)))
})

test('what somebody else makes while leftovers are cleared stays', async (t) => {
  const { layout, all } = aStore(t, '0')
  const { key, digest } = all[0] as Put
  const part = layout.part(digestOf('a download that broke off'))
  const name = layout.shimName(key, 'check-http')
  const begin = (text: string) => {
    mkdirSync(dirname(name), { recursive: true })
    for (const path of [part, name]) writeFileSync(path, text)
  }
  begin('old')
  let steps = 0
  const onStep = (step: string) => {
    if (step !== 'clear' || steps++ > 0) return
    // Whoever made room holds no lock by now: another process downloads, and links the same program again.
    assert(![part, name, layout.blob(digest)].some(existsSync))
    begin('new')
  }
  assert.equal((await keepSmall(layout, options(0, { onStep }))).state, 'done')
  assert.deepEqual(
    [part, name].map((path) => readFileSync(path, 'utf8')),
    ['new', 'new'],
  )
})

test('a lockfile that could not be found for a month keeps nothing', async (t) => {
  const { layout, all, is } = aStore(t, '0')
  const path = aLockfile(t, [all[0]?.digest ?? assert.fail()])
  noteLocked(layout, path, parseLockfile(readFileSync(path, 'utf8'), path))
  lutimesSync(layout.lockedDigests(path), (LATER - 31 * DAY) / 1000, (LATER - 31 * DAY) / 1000)
  assert.equal((await keepSmall(layout, options(0))).state, 'done')
  assert.deepEqual(all.map(is), [false])
})

test('what a lockfile names is noted once a day, and at once where it changes', (t) => {
  const { layout, all } = aStore(t, '01')
  const [first, second] = all as [Put, Put]
  const path = aLockfile(t, [])
  const note = (digests: readonly Digest[], now: number) => {
    const text = readFileSync(aLockfile(t, digests), 'utf8')
    noteLocked(layout, path, parseLockfile(text, path), now)
    const { ino, mtimeMs } = statSync(layout.lockedDigests(path))
    return { ino, mtimeMs, text: readFileSync(layout.lockedDigests(path), 'utf8') }
  }
  const now = Date.now()
  const before = note([first.digest], now)
  assert.deepEqual(note([first.digest], now), before)
  assert.notEqual(note([first.digest], now + 2 * DAY).ino, before.ino)
  assert.equal(note([second.digest], now).text, second.digest)
})

test('a note of the last time that somebody has damaged is none', async (t) => {
  const { layout, all, is } = aStore(t, '0')
  const note = { at: 0, removed: 0, removedBytes: 0, sizes: {} }
  const at = new Date(LATER).toISOString()
  for (const damage of [{ sizes: null }, { sizes: 'all' }, { at: 1e300 }, { at }, { at: null }, { removed: null }]) {
    writeFileSync(join(layout.base, 'collected.json'), JSON.stringify({ ...note, ...damage }))
    assert.equal(readCollection(layout), undefined)
  }
  assert.equal((await keepSmall(layout, options(0))).state, 'done')
  assert.deepEqual(all.map(is), [false])
})

test('nothing goes while a lockfile cannot be read, and `octo cache` can say why', async (t) => {
  const { layout, all, is } = aStore(t)
  const path = join(tempFolder(t), 'octo.lock')
  writeFileSync(path, 'damaged')
  noteLockfile(layout, path)
  const kept = await keepSmall(layout, options(0))
  assert(kept.state === 'refused')
  assert.equal(kept.error.code, 'JSON_INVALID')
  assert('error' in planRoom(layout, { limitBytes: 0, now: LATER }))
  assert(all.every(is))
  // Also its notes are as they were: another disk may bring the lockfile back.
  assert.equal(readdirSync(layout.knownLocks).length, 1)
})

test('what is used while room is made stays', async (t) => {
  const { layout, all, is } = aStore(t)
  const [kept, gone] = [all[3], all[4]] as [Put, Put]
  const onStep = (step: string) => step === 'tree' && noteUse(layout, kept.key, LATER)
  assert.equal((await keepSmall(layout, options(3 * SIZE, { onStep }))).state, 'done')
  assert.deepEqual([is(gone), is(kept)], [false, true])
})

test('what came within a day stays, also where its last use is long ago', async (t) => {
  const { layout, all, is } = aStore(t)
  for (const { key } of all) lutimesSync(layout.useMark(key), 1, 1)
  assert.equal((await keepSmall(layout, { limitBytes: 0, now: Date.now() })).state, 'done')
  assert(all.every(is))
})

test('the time that it takes is bounded, and the next install goes on', async (t) => {
  const { layout, all, is } = aStore(t)
  const first = await keepSmall(layout, options(0, { budgetMs: -1 }))
  assert.deepEqual([first.state, all.filter(is).length], ['done', 4])
  assert.equal((await keepSmall(layout, options(0))).state, 'done')
  assert(!all.some(is))
})

const KILLED_AT = ['tree', 'records', 'blob', 'clear']

/** Makes room in the store of the first word, and ends itself before the step of the second. */
const KILLED = `
  import { keepSmall } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../../client/store/keep-small.ts')).href)}
  import { layoutOf } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../../client/store/layout.ts')).href)}
  const [root, at, limit, now] = process.argv.slice(1)
  await keepSmall(layoutOf(root), {
    ...{ limitBytes: Number(limit), now: Number(now), budgetMs: 600_000 },
    onStep: (step) => step === at && process.kill(process.pid, 'SIGKILL'),
  })
`

test('killed at any step, it loses nothing that is needed, and the next one finishes', async (t) => {
  const ended = KILLED_AT.map((step) => {
    const { layout, all, is } = aStore(t)
    const [needed] = all as [Put]
    noteLockfile(layout, aLockfile(t, [needed.digest]))
    const words = ['--input-type=module', '-e', KILLED, layout.root, step, String(2 * SIZE), String(LATER)]
    const { signal, stderr } = spawnSync(process.execPath, [...FROM_SOURCES, ...words], { encoding: 'utf8' })
    assert.equal(signal, 'SIGKILL', `${step}: ${stderr}`)
    assert(is(needed), step)
    return { step, layout, all, is, needed }
  })
  for (const { step, layout, all, is, needed } of ended) {
    // A blob without its tree is unpacked again; a tree without its blob would be damaged.
    for (const { key, digest } of all)
      if (existsSync(layout.tree(key))) assert(existsSync(layout.blob(digest)), `${step}: ${key}`)
    assert.deepEqual((await verifyStore(layout)).problems, [], step)
    // A process that is gone wrote no note in time, or its leftovers are a day old by then.
    assert.equal((await keepSmall(layout, options(2 * SIZE, { now: LATER + 2 * DAY }))).state, 'done')
    assert(is(needed), step)
    const whole = all.filter(is).length
    assert(whole <= 2, `${step}: ${whole}`)
    assert.deepEqual(
      readdirSync(layout.trees).filter((name) => name.startsWith('.')),
      [],
      step,
    )
  }
})

test('two at once make room once', async (t) => {
  const { layout, all, is } = aStore(t)
  const ended = await Promise.all([keepSmall(layout, options(2 * SIZE)), keepSmall(layout, options(2 * SIZE))])
  const states = ended.map(({ state }) => state).sort()
  assert(states.includes('done') && states.every((state) => ['busy', 'done', 'early'].includes(state)), states.join())
  assert.deepEqual(all.map(is), [true, true, false, false, false])
})

test('an install makes room when something came, and the store is as small as its environment says', async (t) => {
  const machine = await aMachine(t)
  const layout = openStore(machine.base.storeRoot)
  const old = put(layout, 'old', 40)
  for (const text of ['off', 'much']) {
    await machine.install({ env: { OCTO_CACHE_LIMIT: text } })
    assert.equal(readCollection(layout), undefined, text)
    for (const name of readdirSync(layout.trees)) removeTree(join(layout.trees, name))
    for (const name of readdirSync(layout.blobs)) rmSync(join(layout.blobs, name))
    put(layout, 'old', 40)
  }
  await machine.install({ env: { OCTO_CACHE_LIMIT: '0.001K' } })
  const at = readCollection(layout)?.at ?? assert.fail()
  // What is to be removed came a moment ago.
  assert.deepEqual([readCollection(layout)?.removed, existsSync(layout.blob(old.digest))], [0, true])
  await machine.install()
  assert.equal(readCollection(layout)?.at, at)
})

test('a limit is a size or `off`, and what is neither removes nothing', () => {
  const sizes = { '2GiB': 2 * 1024 ** 3, '500M': 500 * 1024 ** 2, '1.5g': 1.5 * 1024 ** 3, '10 MB': 10 * 1024 ** 2 }
  for (const [text, bytes] of Object.entries(sizes)) assert.equal(cacheLimitOf({ OCTO_CACHE_LIMIT: text }), bytes, text)
  for (const text of ['off', 'OFF']) assert.equal(cacheLimitOf({ OCTO_CACHE_LIMIT: text }), undefined)
  for (const text of [undefined, '']) assert.equal(cacheLimitOf({ OCTO_CACHE_LIMIT: text }), DEFAULT_LIMIT_BYTES)
  for (const text of ['2', 'much', '-1G', '1e9G', 'none', '0x10M']) {
    const error = cacheLimitOf({ OCTO_CACHE_LIMIT: text })
    assert(isCoded(error) && error.message.includes(`\`${text}\``), text)
  }
})

test('the last use is written once a day, and a store that cannot be written stays as it is', (t) => {
  const { layout, all } = aStore(t, '0')
  const [{ key }] = all as [Put]
  const times = [DAY / 2, DAY, DAY + 1, 3 * DAY, DAY].map((after) => {
    noteUse(layout, key, LATER + after)
    return Math.round(((lastUse(layout, key) ?? 0) - LATER) / (DAY / 100)) / 100
  })
  // The one before was two days ago; a clock that was set back is believed too.
  assert.deepEqual(times, [0.5, 0.5, 0.5, 3, 1])
  rmSync(layout.used, { recursive: true })
  writeFileSync(layout.used, '')
  noteUse(layout, key)
  assert.equal(lastUse({ ...layout, useMark: () => join(layout.root, 'nothing') }, key), undefined)
  assert.equal(layoutOf(layout.root).used, layout.used)
})
