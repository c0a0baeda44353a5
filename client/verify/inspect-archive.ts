// A tar.gz read entry by entry under the archive rules. A registry only looks; a client's callback writes the files.
// Answers: escaping paths, links, devices, duplicates, bombs, and bytes that other programs would read differently.
import { createHash } from 'node:crypto'
import type { ArchiveLimits } from '../../schemas/archive-entry.ts'
import { ARCHIVE_LIMITS, ArchiveRules } from '../../schemas/archive-entry.ts'
import type { Digest } from '../../schemas/digest.ts'
import { digestFromHex } from '../../schemas/digest.ts'
import type { ByteReader } from './byte-reader.ts'
import { openByteReader } from './byte-reader.ts'
import { gunzip, malformed } from './gunzip.ts'
import type { TarHeader } from './tar-header.ts'
import { applyPax, BLOCK_BYTES, MAX_PAX_BYTES, parsePax, parseTarHeader } from './tar-header.ts'

export type ArchiveFile = {
  /** Clean, relative, `/`-separated. */
  readonly path: string
  readonly size: number
  /** The archive marks it as executable. */
  readonly executable: boolean
}

/** Reads `chunks` to their end or leaves them; what is left is skipped. */
export type OnFile = (file: ArchiveFile, chunks: AsyncIterable<Uint8Array>) => Promise<void>

export type ArchiveContent = {
  readonly files: readonly ArchiveFile[]
  /** Identity of the uncompressed tar. */
  readonly contentDigest: Digest
}

export type ArchiveInspection = {
  readonly chunks: AsyncIterable<Uint8Array>
  /** What errors call the archive. */
  readonly name: string
  readonly limits?: ArchiveLimits
  readonly onFile?: OnFile
}

/** Throws ARCHIVE_ENTRY_UNSAFE, ARCHIVE_MALFORMED or LIMIT_EXCEEDED; until it returns, nothing it showed may be used. */
export async function inspectArchive({ chunks, name, limits = ARCHIVE_LIMITS, onFile }: ArchiveInspection) {
  const rules = new ArchiveRules(limits)
  const hash = createHash('sha256')
  const plain = hashed(
    gunzip(openByteReader(chunks), (out, into) => rules.admitRatio(out, into), name),
    hash,
  )
  const tar = openByteReader(plain)
  const files: ArchiveFile[] = []
  for (let header = await nextEntry(tar, name); header; header = await nextEntry(tar, name)) {
    const path = rules.admit(header)
    if (header.type === 'Directory') {
      if (header.size > 0) throw malformed(name, 'a folder in it has content')
      continue
    }
    const file = { path, size: header.size, executable: header.executable }
    files.push(file)
    await passContent(tar, file, name, onFile)
  }
  await requireZeroRest(tar, name)
  return { files, contentDigest: digestFromHex(hash.digest('hex')) } satisfies ArchiveContent
}

async function nextEntry(tar: ByteReader, name: string): Promise<TarHeader | undefined> {
  const block = await tar.exactly(BLOCK_BYTES)
  if (isZero(block)) return endOfArchive(block, await tar.exactly(BLOCK_BYTES), name)
  const header = parseTarHeader(block, name)
  if (header.type !== 'ExtendedHeader') return header
  if (header.size > MAX_PAX_BYTES) throw malformed(name, 'an extended header is too large')
  const records = await tar.exactly(header.size)
  await tar.exactly(paddingOf(header.size))
  const pax = parsePax(records, name)
  return applyPax(parseTarHeader(await tar.exactly(BLOCK_BYTES), name), pax, name)
}

function endOfArchive(first: Buffer, second: Buffer, name: string): undefined {
  const ends = first.length === BLOCK_BYTES && second.length === BLOCK_BYTES && isZero(second)
  if (!ends) throw malformed(name, 'it breaks off without an end')
}

async function passContent(
  tar: ByteReader,
  file: ArchiveFile,
  name: string,
  onFile: OnFile | undefined,
): Promise<void> {
  const content = contentOf(tar, file.size, name)
  if (onFile) await onFile(file, content)
  for await (const _skipped of content);
  const padding = await tar.exactly(paddingOf(file.size))
  if (padding.length !== paddingOf(file.size)) throw malformed(name, 'it breaks off in a file')
}

/** Can be left and taken up again, which a generator cannot. */
function contentOf(tar: ByteReader, size: number, name: string): AsyncIterable<Uint8Array> {
  let missing = size
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    if (missing === 0) return { done: true, value: undefined }
    const piece = await tar.some(missing)
    if (piece.length === 0) throw malformed(name, 'it breaks off in a file')
    missing -= piece.length
    return { done: false, value: piece }
  }
  return { [Symbol.asyncIterator]: () => ({ next }) }
}

/** Tar programs pad archives with zero blocks; anything else after the end is hidden from some of them. */
async function requireZeroRest(tar: ByteReader, name: string): Promise<void> {
  for (let rest = await tar.some(BLOCK_BYTES); rest.length > 0; rest = await tar.some(BLOCK_BYTES))
    if (!isZero(rest)) throw malformed(name, 'there is data after its end')
}

async function* hashed(
  chunks: AsyncIterable<Buffer>,
  hash: { update(chunk: Buffer): unknown },
): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    hash.update(chunk)
    yield chunk
  }
}

function paddingOf(size: number): number {
  return (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES
}

function isZero(block: Buffer): boolean {
  return block.every((byte) => byte === 0)
}
