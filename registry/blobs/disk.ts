// Blobs on the disk of the data directory: DIR/blobs/sha256/<hex>. Private: what the public may read is linked into the tree.
// What is deleted lies in the trash for a day, and so does what a crash left of a put.
import { randomBytes } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { constants } from 'node:fs'
import { chmod, lstat, mkdir, open, opendir, readdir, rename, rm, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Digest } from '../../schemas/digest.ts'
import { digestFromHex, hexOf } from '../../schemas/digest.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import type { BlobSource, ByteSpan } from '../../static-tree/write/store.ts'
import { ignoring, isErrno } from '../../system/errno.ts'
import { explainDisk } from '../../system/files/errors.ts'
import { syncFile, syncFolder } from '../../system/files/sync.ts'
import { createDigestGate } from '../../trust/artifact/digest-gate.ts'
import { measureSpace } from '../data-dir/free-space.ts'
import { blobsPath, trashPath } from '../data-dir/paths.ts'
import { rememberPlaces } from '../data-dir/places.ts'
import { oneFileSystem, passingError, syncError, writeError } from '../disk-errors.ts'
import type { BlobStat, BlobStore, DeletedAt } from './store.ts'

type DiskBlobs = {
  readonly dataDir: string
  /** The file of a source, on the same file system, whose bytes are synced and proven already: it is renamed and not copied. */
  readonly fileToTake?: (source: BlobSource) => string | undefined
}

type DiskBlobStore = BlobStore & {
  /** The file of a blob, for a tree on the same disk that links to it. */
  fileOf(digest: Digest): string
}

const READ_CHUNK_BYTES = 1024 * 1024
/** A link that somebody put in the place of a blob is none. */
const READ_NO_LINK = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)
const IS_BLOB = /^[0-9a-f]{64}$/

export async function openDiskBlobs({ dataDir, fileToTake = () => undefined }: DiskBlobs): Promise<DiskBlobStore> {
  const folder = blobsPath(dataDir)
  const trash = trashPath(dataDir)
  for (const path of [folder, trash])
    await mkdir(path, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
      throw explainDisk(error, path)
    })
  await syncFolder(join(folder, '..'), syncError)
  await syncFolder(dataDir, syncError)
  const fileOf = (digest: Digest) => join(folder, hexOf(digest))

  return {
    fileOf,
    async put(source) {
      const file = fileToTake(source) ?? (await stage(source, trash))
      try {
        await chmod(file, 0o444)
        await rename(file, fileOf(source.digest))
        await syncFolder(folder, syncError)
      } catch (error) {
        throw changeError(error, 'a blob cannot be stored')
      }
    },
    open: (digest, range) => readChunks(digest, fileOf(digest), range),
    async stat(digest) {
      const found = await find(fileOf(digest)).catch((error: unknown) => {
        throw readError(digest, error)
      })
      return found && describe(found)
    },
    delete: (digest, generation) => moveAside(fileOf(digest), join(trash, hexOf(digest)), generation),
    async purge(deleted, counts) {
      await takeBack(trash, fileOf, counts)
      return emptyTrash(trash, deleted)
    },
    list: () => listFolder(folder),
    freeSpace: () => measureSpace(dataDir),
    requireInPlace: rememberPlaces(dataDir, [folder, trash]),
  }
}

/** Gives a file of the trash, where garbage collection finds it when nobody else takes it away. */
async function stage(source: BlobSource, trash: string): Promise<string> {
  const staged = join(trash, `${randomBytes(16).toString('hex')}.put`)
  try {
    await writeSource(source, staged)
    return staged
  } catch (error) {
    await rm(staged, { force: true }).catch(() => undefined)
    throw error
  }
}

async function writeSource(source: BlobSource, path: string): Promise<void> {
  const refuse = (error: unknown): never => {
    throw changeError(error, 'a blob cannot be written')
  }
  const gate = createDigestGate(source, source.digest)
  await using file = await open(path, 'wx', 0o600).catch(refuse)
  for await (const chunk of source.read()) {
    gate.update(chunk)
    await file.writeFile(chunk).catch(refuse)
  }
  gate.finish()
  await syncFile(file, syncError)
}

async function* readChunks(digest: Digest, path: string, range?: ByteSpan): AsyncGenerator<Buffer> {
  const refuse = (error: unknown): never => {
    throw readError(digest, error)
  }
  await using file = await open(path, READ_NO_LINK).catch(refuse)
  const { start, end } = range ?? { start: 0, end: Number.POSITIVE_INFINITY }
  const buffer = Buffer.allocUnsafe(READ_CHUNK_BYTES)
  for (let at = start; at < end; ) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, end - at), at).catch(refuse)
    if (bytesRead === 0) return
    at += bytesRead
    // The consumer may keep a chunk beyond the next read.
    yield Buffer.from(buffer.subarray(0, bytesRead))
  }
}

async function find(path: string): Promise<BigIntStats | undefined> {
  const found = await lstat(path, { bigint: true }).catch(ignoring('ENOENT'))
  return found?.isFile() ? found : undefined
}

/** A put renames another inode into the place, and renaming sets its ctime: numbers of inodes are used again. */
function describe({ size, mtimeNs, ino, ctimeNs }: BigIntStats): BlobStat {
  return { size: Number(size), writtenAtMs: Number(mtimeNs) / 1e6, generation: `${ino}-${ctimeNs}` }
}

async function moveAside(path: string, trashed: string, generation: string): Promise<boolean> {
  try {
    const found = await find(path)
    if (!found || describe(found).generation !== generation) return false
    await rename(path, trashed)
    if ((await find(trashed))?.ino === found.ino) return true
    // It was put again between the look and the move: that one goes back. Yet another one would have the same bytes.
    await rename(trashed, path)
    await syncFolder(dirname(path), syncError)
    return false
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false
    throw changeError(error, 'a blob cannot be moved to the trash')
  }
}

/** Whoever put a blob again while it was moved aside counts on it, also when the move back never came. */
async function takeBack(trash: string, fileOf: DiskBlobStore['fileOf'], counts: (digest: Digest) => Promise<boolean>) {
  for (const name of await readdir(trash)) {
    if (!IS_BLOB.test(name)) continue
    const digest = digestFromHex(name)
    const place = fileOf(digest)
    if ((await find(place)) || !(await counts(digest))) continue
    try {
      await rename(join(trash, name), place)
      await syncFolder(dirname(place), syncError)
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw changeError(error, 'a blob cannot be taken back from the trash')
    }
  }
}

async function emptyTrash(trash: string, { beforeMs, latestMs }: DeletedAt): Promise<number> {
  let emptied = 0
  for (const name of await readdir(trash)) {
    const path = join(trash, name)
    // ctime is when the file was moved here; a blob's mtime is when it was uploaded.
    const file = await lstat(path).catch(() => undefined)
    if (!file) continue
    // Any change sets it to now, one that changes nothing too.
    if (file.ctimeMs > latestMs && file.isFile()) await chmod(path, file.mode).catch(ignoring('ENOENT', 'EPERM'))
    if (file.ctimeMs > beforeMs) continue
    // Another collection, of a command beside the registry, may be emptying it as well.
    if (await unlink(path).then(() => true, ignoring('ENOENT'))) emptied++
  }
  return emptied
}

async function* listFolder(folder: string): AsyncGenerator<Digest | { readonly stray: string }> {
  for await (const entry of await opendir(folder, { bufferSize: 256 })) {
    const isBlob = IS_BLOB.test(entry.name) && entry.isFile()
    yield isBlob ? digestFromHex(entry.name) : { stray: entry.name }
  }
}

/** Not there, short of something for a moment, or on a part of the disk that gives nothing back. */
function readError(digest: Digest, cause: unknown): unknown {
  if (isErrno(cause, 'ENOENT', 'ELOOP')) return absent(digest, cause)
  const meaning = passingError(cause)
  if (meaning !== cause) return meaning
  const { code: reason = 'refused' } = cause as NodeJS.ErrnoException
  return coded('IO_FAILED', {
    message: `the bytes of blob \`${digest}\` cannot be read: ${reason}`,
    details: { digest, reason },
    hint: (data) => `\`octo registry fsck --data ${data}\` says what else cannot be read`,
    cause,
  })
}

function absent(digest: Digest, cause: unknown): Error {
  return coded('DATA_DIR_CORRUPT', {
    message: `the bytes of blob \`${digest}\` are not there`,
    details: { digest },
    hint: (data) => `\`octo registry fsck --data ${data}\` says what else is missing`,
    cause,
  })
}

/** Full, short of something for a moment, no longer to be trusted, or refused by the system. */
function changeError(error: unknown, message: string): unknown {
  const meaning = writeError(error)
  if (isCoded(meaning)) return meaning
  const hint = isErrno(error, 'EXDEV') ? oneFileSystem('blobs', 'uploads', 'trash') : undefined
  return coded('IO_FAILED', { message, hint, cause: error })
}
