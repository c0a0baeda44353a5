// What blobs on the disk promise beyond the contract of all stores: files that nobody writes to, the trash, durable names, and
// errors that say whether the disk is full, broken or in the way.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import promises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { openDiskBlobs } from '../../../registry/blobs/disk.ts'
import { blobsPath, trashPath } from '../../../registry/data-dir/paths.ts'
import { finishedUpload, uploadedFile } from '../../../registry/uploads/finished-upload.ts'
import { digestOf, hexOf } from '../../../schemas/digest.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { whyNoInjection } from '../../support/machine/failing-fsync.ts'
import { aMountedDisk, whyNoDisk } from '../../support/machine/mounted-disk.ts'
import { filesBelow, tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'

const BYTES = Buffer.from('some bytes')
const DIGEST = digestOf(BYTES)
const source = { digest: DIGEST, size: BYTES.length, read: () => Readable.from([BYTES]) }

async function aScene(t: TestContext, dataDir = tempFolder(t)) {
  const blobs = await openDiskBlobs({ dataDir, fileToTake: uploadedFile })
  const part = join(dataDir, 'part')
  const upload = () => {
    writeFileSync(part, BYTES)
    return finishedUpload(part, source)
  }
  const remove = async () => blobs.delete(DIGEST, (await blobs.stat(DIGEST))?.generation ?? 'none')
  return { dataDir, blobs, part, upload, remove, trashed: join(trashPath(dataDir), hexOf(DIGEST)) }
}

test('the file of a finished upload is taken as it is, and nobody may write into it', async (t) => {
  const { dataDir, blobs, part, upload } = await aScene(t)
  const finished = upload()
  const { ino } = statSync(part)
  await blobs.put(finished)
  assert.deepEqual(filesBelow(dataDir), [`blobs/sha256/${hexOf(DIGEST)}`])
  const found = statSync(blobs.fileOf(DIGEST))
  assert.deepEqual([found.ino, found.mode & 0o777], [ino, 0o444])
})

test('a link in the place of a blob is none: it is not read, and a put takes its place', async (t) => {
  const { dataDir, blobs } = await aScene(t)
  const theirs = join(dataDir, 'theirs')
  writeFileSync(theirs, BYTES)
  symlinkSync(theirs, blobs.fileOf(DIGEST))
  assert.equal(await blobs.stat(DIGEST), undefined)
  await expectCodeAsync('DATA_DIR_CORRUPT', () => Array.fromAsync(blobs.open(DIGEST)))
  assert.deepEqual(await Array.fromAsync(blobs.list()), [{ stray: hexOf(DIGEST) }])
  await blobs.put(source)
  assert.ok(lstatSync(blobs.fileOf(DIGEST)).isFile())
  assert.deepEqual(readFileSync(theirs), BYTES)
})

test('a link in the trash goes with it, and what it leads to stays as it is', async (t) => {
  const { dataDir, blobs, trashed } = await aScene(t)
  const theirs = join(dataDir, 'theirs')
  writeFileSync(theirs, BYTES)
  symlinkSync(theirs, trashed)
  symlinkSync('gone', `${trashed}.put`)
  const { ctimeMs } = statSync(theirs)
  assert.equal(await blobs.purge({ beforeMs: Number.POSITIVE_INFINITY, latestMs: 0 }, nothingCounts), 2)
  assert.equal(statSync(theirs).ctimeMs, ctimeMs)
  assert.deepEqual(filesBelow(dataDir), ['theirs'])
})

test('bytes that the disk does not give back are said to be unreadable, by their digest', {
  skip: process.platform === 'win32' && 'no folder is opened there as a file',
}, async (t) => {
  const { blobs } = await aScene(t)
  mkdirSync(blobs.fileOf(DIGEST))
  const error = await expectCodeAsync('IO_FAILED', () => Array.fromAsync(blobs.open(DIGEST)))
  assert.deepEqual(error.details, { digest: DIGEST, reason: 'EISDIR' })
})

const nothingCounts = async () => false
const before = (beforeMs: number) => ({ beforeMs, latestMs: Number.POSITIVE_INFINITY })

test('bytes from elsewhere are copied, also when they name a file of an upload', async (t) => {
  const { blobs, part, upload } = await aScene(t)
  await blobs.put({ ...upload() })
  assert.ok(existsSync(part))
  assert.deepEqual(readFileSync(blobs.fileOf(DIGEST)), BYTES)
  assert.equal(statSync(blobs.fileOf(DIGEST)).mode & 0o777, 0o444)
})

test('a deleted blob lies in the trash until it is purged', async (t) => {
  const { blobs, remove, trashed } = await aScene(t)
  await blobs.put(source)
  assert.equal(await remove(), true)
  assert.deepEqual(readFileSync(trashed), BYTES)
  assert.equal(await blobs.purge(before(statSync(trashed).ctimeMs - 1), nothingCounts), 0)
  assert.deepEqual(readFileSync(trashed), BYTES)
  assert.equal(await blobs.purge(before(statSync(trashed).ctimeMs + 1), nothingCounts), 1)
  assert.equal(existsSync(trashed), false)
})

test('what was deleted while the clock was ahead lies in the trash as long as what is deleted now', async (t) => {
  const { blobs, remove, trashed } = await aScene(t)
  await blobs.put(source)
  await remove()
  const { ctimeMs, mtimeMs } = statSync(trashed)
  // The clock of files moves in steps.
  await until(async () => {
    assert.equal(await blobs.purge({ beforeMs: ctimeMs - 2, latestMs: ctimeMs - 1 }, nothingCounts), 0)
    return statSync(trashed).ctimeMs > ctimeMs
  })
  const counted = statSync(trashed)
  assert.deepEqual([counted.mtimeMs, counted.mode & 0o777], [mtimeMs, 0o444])
  assert.equal(await blobs.purge({ beforeMs: ctimeMs, latestMs: counted.ctimeMs }, nothingCounts), 0)
  assert.equal(await blobs.purge({ beforeMs: counted.ctimeMs, latestMs: counted.ctimeMs }, nothingCounts), 1)
})

for (const [what, refusal] of Object.entries({
  'on any file system': undefined,
  'where no file has two names': 'EPERM',
}))
  test(`a blob that is put between the last look at it and its deletion stays, ${what}`, async (t) => {
    const { blobs, remove, trashed } = await aScene(t)
    await blobs.put(source)
    const { rename } = promises
    t.mock.method(promises, 'rename', async (from: string, to: string) => {
      if (to === trashed) {
        promises.rename = rename
        syncBuiltinESMExports()
        await blobs.put(source)
      }
      return rename(from, to)
    })
    if (refusal)
      t.mock.method(promises, 'link', async () => {
        throw Object.assign(new Error(refusal), { code: refusal })
      })
    syncBuiltinESMExports()
    t.after(() => {
      t.mock.restoreAll()
      syncBuiltinESMExports()
    })
    assert.equal(await remove(), false)
    assert.deepEqual([readFileSync(blobs.fileOf(DIGEST)), existsSync(trashed)], [BYTES, false])
  })

test('what a crash left of a put goes with the trash, and is never among the blobs', async (t) => {
  const { dataDir, blobs } = await aScene(t)
  let staged: readonly string[] = []
  async function* looking() {
    yield BYTES.subarray(0, 4)
    staged = filesBelow(dataDir)
    yield BYTES.subarray(4)
  }
  await blobs.put({ ...source, read: looking })
  assert.equal(staged.length, 1)
  assert.match(staged[0] ?? '', /^trash\/[0-9a-f]{32}\.put$/)
  writeFileSync(join(dataDir, staged[0] ?? ''), 'half')
  assert.equal(await blobs.purge(before(Date.now() + 60_000), nothingCounts), 1)
  assert.deepEqual(filesBelow(dataDir), [`blobs/sha256/${hexOf(DIGEST)}`])
})

test('a blob that cannot be moved to the trash stays where it is, and the failure is not taken for its absence', async (t) => {
  const { blobs, remove, trashed } = await aScene(t)
  await blobs.put(source)
  mkdirSync(trashed)
  const { cause } = await expectCodeAsync('IO_FAILED', remove)
  assert.equal((cause as NodeJS.ErrnoException).code, 'EISDIR')
  assert.equal((await blobs.stat(DIGEST))?.size, BYTES.length)
})

test('a disk that cannot say whether a blob is there does not say that it is absent', async (t) => {
  const { dataDir, blobs } = await aScene(t)
  rmSync(blobsPath(dataDir), { recursive: true })
  writeFileSync(blobsPath(dataDir), 'no folder')
  for (const { code, cause } of [
    await expectCodeAsync('IO_FAILED', () => blobs.stat(DIGEST)),
    await expectCodeAsync('IO_FAILED', () => Array.fromAsync(blobs.open(DIGEST))),
    await expectCodeAsync('IO_FAILED', () => blobs.put(source)),
    await expectCodeAsync('IO_FAILED', () => blobs.delete(DIGEST, 'any')),
  ])
    assert.deepEqual([code, (cause as NodeJS.ErrnoException).code], ['IO_FAILED', 'ENOTDIR'])
})

test('a folder with the name of a digest is no blob', async (t) => {
  const { dataDir, blobs } = await aScene(t)
  mkdirSync(join(blobsPath(dataDir), hexOf(DIGEST)))
  assert.equal(await blobs.stat(DIGEST), undefined)
  assert.deepEqual(await Array.fromAsync(blobs.list()), [{ stray: hexOf(DIGEST) }])
  const { cause } = await expectCodeAsync('IO_FAILED', () => blobs.put(source))
  assert.equal((cause as NodeJS.ErrnoException).code, 'EISDIR')
})

test('a full disk is said, and leaves nothing of the bytes that it had no room for', {
  skip: whyNoDisk() ?? false,
}, async (t) => {
  const disk = aMountedDisk(t, 256 * 1024)
  const { blobs } = await aScene(t, disk.folder)
  const bytes = Buffer.alloc(64 * 1024, 'octo')
  const large = { digest: digestOf(bytes), size: bytes.length, read: () => Readable.from([bytes]) }
  disk.fillUp(8 * 1024)
  await expectCodeAsync('NO_SPACE', () => blobs.put(large))
  assert.deepEqual(readdirSync(trashPath(disk.folder)), [])
  disk.makeRoom()
  await blobs.put(large)
  assert.equal((await blobs.stat(large.digest))?.size, bytes.length)
})

test('when a put answers, the bytes and the name of the blob are on the disk, in this order', {
  skip: whyNoInjection() ?? false,
}, (t) => {
  const folder = realpathSync(tempFolder(t))
  const program = `
    import { openDiskBlobs } from ${JSON.stringify(new URL('../../../registry/blobs/disk.ts', import.meta.url).href)}
    const blobs = await openDiskBlobs({ dataDir: 'data' })
    async function* read() { yield Buffer.from('some bytes') }
    await blobs.put({ digest: ${JSON.stringify(DIGEST)}, size: 10, read })`
  const trace = ['-f', '-y', '-e', 'trace=fsync,fdatasync,rename,renameat,renameat2', '-o', 'trace']
  const node = [process.execPath, '--input-type=module', '-e', program]
  execFileSync('strace', [...trace, ...node], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })

  const lines = readFileSync(join(folder, 'trace'), 'utf8').split('\n')
  const calls = lines.flatMap((line) => {
    const synced = /sync\(\d+<(.*?)>/.exec(line)?.[1]
    if (synced !== undefined) return [`sync ${synced.slice(folder.length + 1).replace(/\w{32}/, 'NEW')}`]
    return /rename\w*\(/.test(line) ? ['rename'] : []
  })
  assert.deepEqual(calls, [
    'sync data/blobs',
    'sync data',
    'sync data/trash/NEW.put',
    'rename',
    'sync data/blobs/sha256',
  ])
})

test('a blob that counts and lies only in the trash, as a collection left it that was killed, goes back', async (t) => {
  const { blobs, remove, trashed } = await aScene(t)
  await blobs.put(source)
  assert.equal(await remove(), true)
  assert.equal(await blobs.purge(before(Number.POSITIVE_INFINITY), async (digest) => digest === DIGEST), 0)
  assert.deepEqual(readFileSync(blobs.fileOf(DIGEST)), BYTES)
  assert.equal(existsSync(trashed), false)
})

test('two collections at once empty the trash together', async (t) => {
  const { dataDir, blobs } = await aScene(t)
  for (let index = 0; index < 20; index++) writeFileSync(join(trashPath(dataDir), `${index}`), '')
  const emptied = await Promise.all([1, 2, 3].map(() => blobs.purge(before(Number.POSITIVE_INFINITY), nothingCounts)))
  assert.equal(
    emptied.reduce((sum, each) => sum + each, 0),
    20,
  )
})
