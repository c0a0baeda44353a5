// A static tree in a folder of this machine. Blobs are hard links where the owner of the tree has the bytes in files that never
// change, else copies that are proven while they are written.
import { createHash } from 'node:crypto'
import type { Dirent, Stats } from 'node:fs'
import { constants } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { lstat, mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Digest } from '../../schemas/digest.ts'
import { digestFromHex } from '../../schemas/digest.ts'
import { coded } from '../../schemas/errors.ts'
import { ignoring } from '../../system/errno.ts'
import { isMissing } from '../../system/files/errors.ts'
import { digestOfFile } from '../../system/files/hash-file.ts'
import { linkOrCopy } from '../../system/files/link-or-copy.ts'
import { blobPath } from '../paths.ts'
import type { Staging } from './staging.ts'
import { openStaging } from './staging.ts'
import type { BlobSource, ByteSpan, OpenedFile, Part, TreeEntry, TreeReader, TreeStat, TreeStore } from './store.ts'

export type DiskTree = {
  readonly root: string
  /** On the same file system; what a crash left in it goes when the tree is opened. */
  readonly staging: string
  /** The file that has the bytes of a digest, to link to it. Only for files that nobody writes to. */
  readonly blobFile?: (digest: Digest) => string
  /** What a failed write means to the owner of the tree. */
  readonly explain?: (error: unknown) => unknown
}

const READ_NO_LINK = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)
const READ_PIECE_BYTES = 1024 * 1024

/** Ends by taking the staging folder away. */
export async function openDiskTree({
  root,
  staging: folder,
  blobFile,
  explain = (error) => error,
}: DiskTree): Promise<TreeStore & AsyncDisposable> {
  const staging = await openStaging(folder, explain)
  const at = (path: string) => join(root, path)
  const refuse = (error: unknown): never => {
    throw explain(error)
  }
  const holds: TreeStore['holds'] = (path, blob) => holdsBlob(at(path), blob, blobFile?.(blob.digest))
  return {
    ...readDiskTree(root, explain),
    holds,
    put: (path, bytes, changedAt) => staging.write(at(path), bytes, changedAt),
    async putBlob(blob) {
      const path = blobPath(blob.digest)
      if (await holds(path, blob)) return
      const staged = staging.name()
      if (blobFile) await linkOrCopy(blobFile(blob.digest), staged).catch(refuse)
      else await writeBlob(staged, blob).catch(refuse)
      await staging.move(staged, at(path))
    },
    async putFolder(path, parts) {
      const source = (digest: Digest) => blobFile?.(digest) ?? at(blobPath(digest))
      const staged = await stageFolder(staging, parts, source).catch(refuse)
      await staging.remove(at(path))
      await staging.move(staged, at(path), parts.keys())
    },
    delete: (path) => staging.remove(at(path)),
    sync: () => staging.sync(),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

/**
 * For those who only look: needs no staging and makes nothing. What cannot be looked at, as this process has no descriptor left, is not
 * taken for nothing: a repo that is to be hidden would stay where it is.
 */
export function readDiskTree(root: string, explain: (error: unknown) => unknown = (error) => error): TreeReader {
  const at = (path: string) => join(root, path)
  const unlessMissing = (error: unknown): undefined => {
    if (!isMissing(error)) throw explain(error)
  }
  return {
    nameOf: at,
    read: (path) => readFile(at(path)),
    open: (path) => openFile(at(path)),
    stat: (path) => lstat(at(path)).then(statOf, unlessMissing),
    list: (path) =>
      readdir(at(path), { withFileTypes: true }).then(
        (entries) => entries.map(entryOf),
        (error) => unlessMissing(error) ?? [],
      ),
  }
}

async function openFile(path: string): Promise<OpenedFile | undefined> {
  const file = await open(path, READ_NO_LINK).catch(ignoring('ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'))
  if (!file) return undefined
  await using held = new AsyncDisposableStack()
  held.use(file)
  const { kind, ...found } = statOf(await file.stat())
  if (kind !== 'file') return undefined
  const close = held.move()
  return {
    ...found,
    read: (span) => readPieces(file, { start: span?.start ?? 0, end: Math.min(span?.end ?? found.size, found.size) }),
    readInto: async (target, position) => (await file.read(target, 0, target.length, position)).bytesRead,
    [Symbol.asyncDispose]: () => close.disposeAsync(),
  }
}

async function* readPieces(file: FileHandle, { start, end }: ByteSpan): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end; ) {
    const piece = Buffer.allocUnsafeSlow(Math.min(READ_PIECE_BYTES, end - at))
    const { bytesRead } = await file.read(piece, 0, piece.length, at)
    if (bytesRead === 0) return
    at += bytesRead
    yield piece.subarray(0, bytesRead)
  }
}

function statOf(found: Stats): TreeStat {
  const { dev, ino, size, mtimeMs } = found
  return { kind: kindOf(found), size, changedAtMs: mtimeMs, generation: `${dev}:${ino}:${size}:${mtimeMs}` }
}

function entryOf(entry: Dirent): TreeEntry {
  return { name: entry.name, kind: kindOf(entry) }
}

function kindOf(found: Stats | Dirent): TreeEntry['kind'] {
  if (found.isFile()) return 'file'
  return found.isDirectory() ? 'folder' : 'other'
}

/** One inode is one truth, which its owner checks; only a copy has to be read. */
async function holdsBlob(
  path: string,
  { digest, size }: Pick<BlobSource, 'digest' | 'size'>,
  truthPath: string | undefined,
): Promise<boolean> {
  const [shown, truth] = await Promise.all(
    [path, truthPath].map((each) => (each === undefined ? undefined : lstat(each).catch(() => undefined))),
  )
  if (!shown?.isFile() || (truthPath !== undefined && !truth)) return false
  if (truth && shown.ino === truth.ino && shown.dev === truth.dev) return true
  return shown.size === size && (await digestOfFile(path)) === digest
}

async function writeBlob(path: string, { digest, read }: BlobSource): Promise<void> {
  const hash = createHash('sha256')
  await using file = await open(path, 'wx')
  for await (const chunk of read()) {
    hash.update(chunk)
    await file.writeFile(chunk)
  }
  const found = digestFromHex(hash.digest('hex'))
  if (found === digest) return
  await rm(path)
  throw coded('DIGEST_MISMATCH', {
    message: `bytes for the static tree are not the promised ones, expected \`${digest}\`, found \`${found}\``,
    details: { expected: digest, found },
  })
}

async function stageFolder(
  staging: Staging,
  parts: ReadonlyMap<string, Part>,
  source: (digest: Digest) => string,
): Promise<string> {
  const folder = staging.name()
  await mkdir(folder)
  const writes = [...parts].map(([name, part]) => {
    const path = join(folder, name)
    return 'text' in part ? writeFile(path, part.text, { flag: 'wx' }) : linkOrCopy(source(part.digest), path)
  })
  await Promise.all(writes)
  return folder
}
