// What the store does with what it cannot read, write, open or believe: each is said, and nothing is left half done.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs, {
  chownSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { compareTree, requireGood } from '../../../client/store/check.ts'
import { collect } from '../../../client/store/collect.ts'
import { STORE_DISK } from '../../../client/store/disk.ts'
import { isUnchanged, statOf } from '../../../client/store/identity.ts'
import { noteLockfile } from '../../../client/store/known-projects.ts'
import type { TreeKey } from '../../../client/store/layout.ts'
import { isTreeKey } from '../../../client/store/layout.ts'
import { remember } from '../../../client/store/memo.ts'
import { openStore } from '../../../client/store/open-store.ts'
import { readLastingRecord, readOwnRecord } from '../../../client/store/own-record.ts'
import { endPackageScope } from '../../../client/store/package-scope.ts'
import { openPart } from '../../../client/store/parts.ts'
import { storeRootOf } from '../../../client/store/root.ts'
import { noteSeenSerial } from '../../../client/store/seen.ts'
import type { StoredArtifact } from '../../../client/store/stored-artifact.ts'
import { linkRaw, removeTree, stageTree } from '../../../client/store/unpacked.ts'
import { verifyStore } from '../../../client/store/verify-store.ts'
import { writeOwnRecord } from '../../../client/store/write-own-record.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { readIfThere, writeDisposable, writeUnlessReadOnly, writeWhole } from '../../../system/files/atomic-file.ts'
import { explainDisk, onDisk } from '../../../system/files/errors.ts'
import { identityOf } from '../../../system/files/file-identity.ts'
import { syncFolders } from '../../../system/files/sync.ts'
import { tryLock } from '../../../system/process-lock.ts'
import { expectCode, expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aScript } from '../../support/builders/test-authority.ts'
import { filesBelow, tempFolder } from '../../support/machine/temp-folder.ts'

const script = aScript()
const digest = digestOf(script)
const key = `${digest.slice(7)}-raw-${'0'.repeat(32)}` as TreeKey
const raw: StoredArtifact = { key, digest, size: script.length, format: 'raw', executable: 'hello' }
const files = [{ path: 'hello', size: script.length, digest }]
const isRoot = process.getuid?.() === 0

function aStore(t: TestContext) {
  return openStore(join(tempFolder(t), 'store'))
}

function aTree(t: TestContext) {
  const layout = aStore(t)
  writeFileSync(layout.blob(digest), script)
  linkRaw(layout, raw)
  return layout
}

test('what the system says of a file becomes one of two codes', () => {
  const said = (fields: object) => onDisk('x', () => assert.fail(Object.assign(new Error('no'), fields)))
  for (const fields of [{ code: 'ENOSPC' }, { code: 'EDQUOT' }, { errcode: 13 }])
    assert.equal(expectCode('NO_SPACE', () => said(fields)).hint, undefined)
  assert.equal(expectCode('IO_FAILED', () => said({ code: 'EIO' })).details.reason, 'EIO')
  const coded = explainDisk({ code: 'EIO' }, 'x')
  assert.equal(explainDisk(coded, 'y'), coded)
})

test('a full store says how to get room, wherever it is noticed', async (t) => {
  const layout = aStore(t)
  const part = openPart(layout, digest)
  const tree = stageTree(layout, raw)
  const full = () => {
    throw Object.assign(new Error('full'), { code: 'ENOSPC' })
  }
  for (const name of ['writeSync', 'fsyncSync', 'linkSync', 'copyFileSync'] as const) t.mock.method(fs, name, full)
  syncBuiltinESMExports()
  const writes: Readonly<Record<string, () => unknown>> = {
    part: () => part.write(script),
    serial: () => noteSeenSerial(layout, 'https://x.example/hello.json', 1),
    lockfile: () => noteLockfile(layout, '/p/octo.lock'),
    tree: () => tree.onFile({ path: 'hello', executable: true }, Readable.from([script])),
    link: () => linkRaw(layout, raw),
    scope: () => endPackageScope({ ...layout, trees: join(layout.staging, 'none') }),
    folders: () => syncFolders([layout.blobs], STORE_DISK),
  }
  try {
    for (const [what, write] of Object.entries(writes))
      assert.match((await expectCodeAsync('NO_SPACE', async () => write())).hint ?? '', /octo cache gc/, what)
  } finally {
    t.mock.restoreAll()
    syncBuiltinESMExports()
  }
  part.discard()
  tree.discard()
  assert.deepEqual(filesBelow(layout.staging), [])
})

test('a file that cannot be written is said, and nothing of it stays', (t) => {
  const staging = tempFolder(t)
  const path = join(staging, 'none', 'file')
  expectCode('IO_FAILED', () => writeWhole(path, 'x', { staging }))
  expectCode('IO_FAILED', () => writeUnlessReadOnly(path, 'x', { staging }))
  assert.equal(writeDisposable(path, 'x', { staging }), false)
  assert.deepEqual(readdirSync(staging), [])
  assert.equal(writeDisposable(join(staging, 'file'), 'x', { staging }), true)
})

test('a small file is absent, or text, or an error', (t) => {
  const folder = tempFolder(t)
  assert.equal(readIfThere(join(folder, 'none')), undefined)
  assert.match(expectCode('IO_FAILED', () => readIfThere(folder)).message, /is not a file/)
  writeFileSync(join(folder, 'file'), Buffer.from([0xff]))
  expectCode('TEXT_INVALID', () => readIfThere(join(folder, 'file')))
})

test('good files are good, hashed or remembered, and remembered ones are not read again', (t) => {
  const layout = aTree(t)
  const name = 'hello'
  requireGood(layout, raw, { name, files })
  const stats = new Map(
    [name, '.'].flatMap((path) => {
      const stat = statOf(join(layout.tree(key), path))
      return stat ? [[path, stat] as const] : []
    }),
  )
  // What was hashed is remembered at once where its file is a few milliseconds old by then.
  rmSync(layout.memo(key), { force: true })
  expectCode('STORE_CORRUPT', () => requireGood(layout, raw, { name, files: [] }))
  remember(layout, raw, { since: BigInt(Date.now() + 60_000) * 1_000_000n, stats }, files)
  requireGood(layout, raw, { name, files: [] })
})

test('a memo vouches only for files below its folder, each by its plain name, and for the folder', (t) => {
  const root = join(tempFolder(t), 'root')
  mkdirSync(join(root, 'a'), { recursive: true })
  writeFileSync(join(root, 'a/b'), '')
  writeFileSync(join(root, '../beside'), '')
  const entry = (path: string) => [path, identityOf(statOf(join(root, path)))] as const
  const whole = [entry('.'), entry('a'), entry('a/b')]
  assert(isUnchanged(root, { entries: whole }))
  for (const path of ['../beside', 'a//b', 'a/./b', 'a/', './a', 'a/../a', ''])
    assert(!isUnchanged(root, { entries: [...whole, entry(path)] }), path)
  assert(!isUnchanged(root, { entries: [...whole.slice(0, 2), ['a/b', 'another']] }))
  assert(!isUnchanged(root, { entries: whole.slice(1) }))
  for (const memo of [undefined, {}, { entries: 'all' }, { entries: [] }])
    assert(!isUnchanged(root, memo as never), JSON.stringify(memo))
})

test('the key of a tree is a text', () => {
  assert(isTreeKey(key))
  for (const other of [[key], `${key}0`, `x${key}`, undefined]) assert(!isTreeKey(other), String(other))
})

test('a lock that cannot be opened is said, not waited for', async (t) => {
  const path = join(tempFolder(t), 'none', 'a.lock')
  const error = await expectCodeAsync('IO_FAILED', () => tryLock({ path, mode: 'exclusive', subject: 'x' }))
  assert.equal(error.details.reason, 'ERR_SQLITE_ERROR')
})

test('a collection leaves what is named for nobody’s bytes', async (t) => {
  const layout = aStore(t)
  const paths = [layout.blobs, layout.releases, layout.memos, layout.proven, layout.trees].map((folder) =>
    join(folder, 'notes.txt'),
  )
  for (const path of paths) writeFileSync(path, 'mine')
  assert.deepEqual(await collect(layout, { now: Date.now() + 1000, minAgeMs: 0 }), [])
  assert(paths.every((path) => existsSync(path)))
})

test('nothing is made in a store that others can write', (t) => {
  const root = tempFolder(t)
  execFileSync('chmod', ['0777', root])
  const error = expectCode('STORE_UNSAFE', () => openStore(root))
  assert.equal(error.details.place, root)
  assert.deepEqual(readdirSync(root), [])
})

test('where users have no numbers, as on Windows, a store is opened and its files are good', (t) => {
  const { getuid, platform } = process
  t.after(() => Object.assign(process, { getuid }))
  Object.assign(process, { getuid: undefined })
  const layout = aTree(t)
  assert.equal(compareTree(layout, raw, files).state, 'good')
  Object.defineProperty(process, 'platform', { value: 'win32' })
  t.after(() => Object.defineProperty(process, 'platform', { value: platform }))
  syncFolders([join(layout.root, 'none')])
})

test('a user without a home is told of OCTO_HOME', (t) => {
  t.mock.method(os, 'homedir', () => assert.fail('no such user'))
  syncBuiltinESMExports()
  t.after(() => {
    t.mock.restoreAll()
    syncBuiltinESMExports()
  })
  assert.match(expectCode('IO_FAILED', () => storeRootOf({}, 'linux')).hint ?? '', /OCTO_HOME/)
  assert.equal(storeRootOf({ HOME: '/h' }, 'linux'), '/h/.cache/octo')
})

test('a lasting record says since when it lies here, and a pipe is none', (t) => {
  const layout = aStore(t)
  const path = join(layout.memos, 'record.json')
  assert.equal(readLastingRecord(path), undefined)
  writeOwnRecord(layout, path, { says: 'good' })
  assert.deepEqual(readLastingRecord(path), {
    body: { says: 'good' },
    since: Number(statSync(path, { bigint: true }).ctimeMs),
  })
  const record = JSON.parse(readFileSync(path, 'utf8')) as object
  rmSync(path)
  execFileSync('mkfifo', ['-m', '600', path])
  const { dev, ino } = lstatSync(path)
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const writer = openSync(path, constants.O_WRONLY)
  writeSync(writer, JSON.stringify({ ...record, file: `${dev}:${ino}`, at: Date.now() }))
  closeSync(writer)
  assert.equal(readOwnRecord(path), undefined)
  closeSync(reader)
})

test('a part notes once where it comes from, and only when it knows', (t) => {
  const layout = aStore(t)
  const origin = `${layout.part(digest)}.json`
  openPart(layout, digest).keep()
  assert(!existsSync(origin))
  const part = openPart(layout, digest)
  part.restart({ url: 'https://x.example/hello' })
  part.keep()
  const { ino } = statSync(origin)
  const again = openPart(layout, digest)
  assert.deepEqual(again.origin, { url: 'https://x.example/hello' })
  again.keep()
  assert.equal(statSync(origin).ino, ino)
  for (const text of ['{"url":5}', '{}', 'damaged', '']) {
    writeFileSync(origin, text)
    const other = openPart(layout, digest)
    assert.equal(other.origin, undefined, text)
    other.keep()
  }
})

test('a part that cannot become a blob is said', async (t) => {
  const layout = aStore(t)
  const part = openPart(layout, digest)
  part.write(script)
  rmSync(layout.blobs, { recursive: true })
  await expectCodeAsync('IO_FAILED', () => part.commit(0o444))
})

test('a tree without its blob is said and leaves nothing, and what is gone can be removed', (t) => {
  const layout = aStore(t)
  expectCode('IO_FAILED', () => linkRaw(layout, raw))
  assert.deepEqual(readdirSync(layout.trees), [])
  removeTree(layout.tree(key))
})

test('a blob of another user is copied into its tree, where a link would stay theirs', {
  skip: isRoot ? false : 'giving a file away needs root',
}, (t) => {
  const layout = aStore(t)
  writeFileSync(layout.blob(digest), script)
  chownSync(layout.blob(digest), 12_345, 12_345)
  linkRaw(layout, raw)
  const { uid, nlink } = statSync(join(layout.tree(key), 'hello'))
  assert.deepEqual({ uid, nlink }, { uid: 0, nlink: 1 })
  assert.equal(compareTree(layout, raw, files).state, 'good')
})

test('a tree whose archive is none is reported', async (t) => {
  const layout = aStore(t)
  const packed = `${digest.slice(7)}-tar.gz-${'0'.repeat(32)}` as TreeKey
  writeFileSync(layout.blob(digest), script)
  mkdirSync(layout.tree(packed))
  const { problems } = await verifyStore(layout)
  assert.deepEqual(
    problems.map(({ problem }) => problem),
    ['the bytes that it was unpacked from cannot be read'],
  )
  assert.deepEqual(filesBelow(layout.staging), [])
})
