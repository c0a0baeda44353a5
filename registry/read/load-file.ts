// Reads files of the tree, with their compressed variants and the digests that name them.
import type { Digest } from '../../schemas/digest.ts'
import { digestFromHex, digestOf } from '../../schemas/digest.ts'
import { coded } from '../../schemas/errors.ts'
import type { OpenedFile, TreeReader } from '../../static-tree/write/store.ts'
import { digestOfChunks } from '../../system/files/hash-file.ts'
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
  readonly generation: string
  readonly representations: ReadonlyMap<Encoding, Representation>
  readonly bytes: number
  used: boolean
  readonly popularity: Popularity
  /** Milliseconds on the monotonic clock when the file was last seen unchanged. */
  checkedAt: number
}

/** Small files of a release are read at once, whatever they are. */
const SMALL_BYTES = 256 * 1024
/** Read in one go: a larger file gives others their turn. */
const READ_BYTES = 4 * 1024 * 1024
/** A digest in hex, two spaces, and the name of a file. */
const CHECKSUM_BYTES = 1024

/** A tree, and who may read what lies in it. */
export type Served = { readonly tree: Pick<TreeReader, 'open' | 'read' | 'stat'>; readonly visibility: Visibility }

/** Undefined when there is no such file. What was loaded `before` is loaded again with its bytes; documents always are. */
export async function loadEntry(served: Served, at: TreePath, before?: Entry): Promise<Entry | undefined> {
  const { tree, visibility } = served
  await using file = await tree.open(at.path)
  if (!file) return undefined
  const { size, generation } = file
  const body = at.kind === 'document' || before || size <= SMALL_BYTES ? await readAll(file) : undefined
  const digest = await digestOfEntry({ tree, at, file }, body)
  const own = represent({ at, visibility, encoding: 'identity', digest, size, body })
  const variants = at.kind === 'document' ? await loadVariants(served, at, file) : []
  const representations = new Map<Encoding, Representation>([['identity', own], ...variants])
  const bytes = [...representations.values()].reduce((sum, { body }) => sum + (body?.length ?? 0), ENTRY_BYTES)
  const popularity = before?.popularity ?? new Popularity()
  const seen = { used: false, popularity, checkedAt: performance.now() }
  return { at, generation, representations, bytes, ...seen }
}

/** A variant counts only when it was written together with its document. */
async function loadVariants(
  { tree, visibility }: Served,
  at: TreePath,
  own: OpenedFile,
): Promise<[Encoding, Representation][]> {
  const load = async (encoding: Encoding, suffix: string): Promise<[Encoding, Representation][]> => {
    await using file = await tree.open(`${at.path}.${suffix}`)
    if (!file || file.changedAtMs !== own.changedAtMs || file.size >= own.size) return []
    const body = await readAll(file)
    return [[encoding, represent({ at, visibility, encoding, digest: digestOf(body), size: body.length, body })]]
  }
  return (await Promise.all([load('gzip', 'gz'), load('br', 'br')])).flat()
}

type Found = Pick<Served, 'tree'> & { readonly at: TreePath; readonly file: OpenedFile }

/** Blobs and artifacts are never hashed to be served: their digest stands in their address, or beside them. */
async function digestOfEntry({ tree, at, file }: Found, body: Buffer | undefined): Promise<Digest> {
  if (at.hex !== undefined) return digestFromHex(at.hex)
  if (body && body.length <= SMALL_BYTES) return digestOf(body)
  if (at.kind === 'document' && body) return digestOf(body)
  const hex = /^[0-9a-f]{64}(?= )/.exec(await readChecksum(tree, at))?.[0]
  return hex === undefined ? digestOfChunks(file.read()) : digestFromHex(hex)
}

/** Nothing when there is none. */
async function readChecksum(tree: Served['tree'], { path }: TreePath): Promise<string> {
  await using file = await tree.open(`${path}.sha256`)
  return file && file.size <= CHECKSUM_BYTES ? (await readAll(file)).toString('utf8') : ''
}

async function readAll(file: OpenedFile): Promise<Buffer> {
  // Not from the shared pool: a small document would keep a whole slab of it alive.
  const body = Buffer.allocUnsafeSlow(file.size)
  const filled = file.readInto ? await fill(body, file.readInto) : await gather(body, file.read())
  if (filled < body.length) throw coded('IO_FAILED', { message: 'a file of the tree shrank while it was read' })
  return body
}

async function fill(body: Buffer, readInto: NonNullable<OpenedFile['readInto']>): Promise<number> {
  for (let filled = 0; ; ) {
    const read = filled < body.length ? await readInto(body.subarray(filled, filled + READ_BYTES), filled) : 0
    if (read === 0) return filled
    filled += read
  }
}

async function gather(body: Buffer, pieces: AsyncIterable<Uint8Array>): Promise<number> {
  let filled = 0
  for await (const piece of pieces) {
    body.set(piece, filled)
    filled += piece.length
  }
  return filled
}
