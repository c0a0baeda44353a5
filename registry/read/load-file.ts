// Reads files of the tree from disk, with their compressed variants and the digests that name them.
import type { BigIntStats, Stats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { constants, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Digest } from '../../schemas/digest.ts'
import { digestFromHex, digestOf } from '../../schemas/digest.ts'
import { coded } from '../../schemas/errors.ts'
import { ignoring } from '../../system/files/errors.ts'
import { digestOfChunks } from '../../system/files/hash-file.ts'
import { readPieces } from '../../system/files/read-pieces.ts'
import type { Visibility } from '../db/records.ts'
import { ENTRY_BYTES } from './byte-cache.ts'
import type { Encoding } from './conditions.ts'
import { Popularity } from './popularity.ts'
import type { Representation } from './representation.ts'
import { represent } from './representation.ts'
import type { TreePath } from './tree-path.ts'

export type Entry = {
  readonly at: TreePath
  /** Changes when another file takes the path. */
  readonly identity: string
  readonly representations: ReadonlyMap<Encoding, Representation>
  readonly bytes: number
  used: boolean
  readonly popularity: Popularity
  /** Milliseconds on the monotonic clock when the file was last seen unchanged. */
  checkedAt: number
}

const NO_FOLLOW = constants.O_RDONLY | constants.O_NOFOLLOW
/** Small files of a release are read at once, whatever they are. */
const SMALL_BYTES = 256 * 1024

/** A tree on disk, and who may read what lies in it. */
export type Served = { readonly root: string; readonly visibility: Visibility }

/** Undefined when there is no such file. What was loaded `before` is loaded again with its bytes; documents always are. */
export async function loadEntry(tree: Served, at: TreePath, before?: Entry): Promise<Entry | undefined> {
  const { root, visibility } = tree
  await using file = await openTreeFile(root, at.path)
  if (!file) return undefined
  const found = await file.stat()
  const body =
    at.kind === 'document' || before || found.size <= SMALL_BYTES ? await readAll(file, found.size) : undefined
  const digest = await digestOfEntry(root, at, body)
  const own = represent({ at, visibility, encoding: 'identity', digest, size: found.size, body })
  const variants = at.kind === 'document' ? await loadVariants(tree, at, found) : []
  const representations = new Map<Encoding, Representation>([['identity', own], ...variants])
  const bytes = [...representations.values()].reduce((sum, { body }) => sum + (body?.length ?? 0), ENTRY_BYTES)
  const popularity = before?.popularity ?? new Popularity()
  const seen = { used: false, popularity, checkedAt: performance.now() }
  return { at, identity: identityOf(found), representations, bytes, ...seen }
}

/** Undefined when there is no such file, or it is no plain file. */
export async function openTreeFile(root: string, path: string): Promise<FileHandle | undefined> {
  const file = await open(join(root, path), NO_FOLLOW).catch(ignoring('ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'))
  if (!file || (await file.stat()).isFile()) return file
  await file.close()
  return undefined
}

export function identityOf({ dev, ino, size, mtimeMs }: Stats | BigIntStats): string {
  return `${dev}:${ino}:${size}:${mtimeMs}`
}

/** A variant counts only when it was written together with its document. */
async function loadVariants(
  { root, visibility }: Served,
  at: TreePath,
  own: Stats,
): Promise<[Encoding, Representation][]> {
  const load = async (encoding: Encoding, suffix: string): Promise<[Encoding, Representation][]> => {
    await using file = await openTreeFile(root, `${at.path}.${suffix}`)
    const found = await file?.stat()
    if (!file || !found || found.mtimeMs !== own.mtimeMs || found.size >= own.size) return []
    const body = await readAll(file, found.size)
    return [[encoding, represent({ at, visibility, encoding, digest: digestOf(body), size: body.length, body })]]
  }
  return (await Promise.all([load('gzip', 'gz'), load('br', 'br')])).flat()
}

/** Blobs and artifacts are never hashed to be served: their digest stands in their address, or beside them. */
async function digestOfEntry(root: string, at: TreePath, body: Buffer | undefined): Promise<Digest> {
  if (at.hex !== undefined) return digestFromHex(at.hex)
  if (body && body.length <= SMALL_BYTES) return digestOf(body)
  if (at.kind === 'document' && body) return digestOf(body)
  const line = await readFile(join(root, `${at.path}.sha256`), 'utf8').catch(ignoring('ENOENT', 'ENOTDIR'))
  const hex = /^[0-9a-f]{64}(?= )/.exec(line ?? '')?.[0]
  return hex === undefined ? digestOfChunks(readPieces(join(root, at.path))) : digestFromHex(hex)
}

async function readAll(file: FileHandle, size: number): Promise<Buffer> {
  // Not from the shared pool: a small document would keep a whole slab of it alive.
  const body = Buffer.allocUnsafeSlow(size)
  let filled = 0
  while (filled < size) {
    const { bytesRead } = await file.read(body, filled, Math.min(size - filled, 4 * 1024 * 1024), filled)
    if (bytesRead === 0) throw coded('IO_FAILED', { message: 'a file of the tree shrank while it was read' })
    filled += bytesRead
  }
  return body
}
