// A tar.gz read entry by entry under the archive rules. A registry only looks; a client's callback writes the files.
// Answers: escaping paths, links, devices, duplicates, bombs, and bytes that other programs would read differently.

import { createHash } from 'node:crypto'
import type { Digest } from '../../schemas/digest.ts'
import { digestFromHex } from '../../schemas/digest.ts'
import type { ArchiveLimits } from '../../schemas/limits.ts'
import { ARCHIVE_LIMITS } from '../../schemas/limits.ts'
import type { ByteReader } from './byte-reader.ts'
import { openByteReader } from './byte-reader.ts'
import { ArchiveRules } from './entry-rules.ts'
import { gunzip, malformed } from './gunzip.ts'
import { MAX_PAX_BYTES, parsePax, requireSameSize } from './pax-records.ts'
import type { TarDialect, TarHeader } from './tar-header.ts'
import { BLOCK_BYTES, isZero, POSIX } from './tar-header.ts'
import { LENIENT, LONG_NAME, longName, withoutDot } from './tar-lenient.ts'

export type ArchiveFile = {
  /** Clean, relative, `/`-separated. */
  readonly path: string
  readonly size: number
  /** The archive marks it as executable. */
  readonly executable: boolean
}

/** Reads `chunks` to their end or leaves them; what is left is skipped. */
export type OnFile = (file: ArchiveFile, chunks: AsyncIterable<Uint8Array>) => Promise<void>

type ArchiveContent = {
  readonly files: readonly ArchiveFile[]
  /** Identity of the uncompressed tar. */
  readonly contentDigest: Digest
}

type ArchiveInspection = {
  readonly chunks: AsyncIterable<Uint8Array>
  /** What errors call the archive. */
  readonly name: string
  readonly limits?: ArchiveLimits | undefined
  readonly onFile?: OnFile | undefined
  /** Only for repos with `trust: unsigned`: also reads what GNU tar and others write by themselves. */
  readonly lenient?: boolean
}

/** Throws ARCHIVE_ENTRY_UNSAFE, ARCHIVE_MALFORMED or LIMIT_EXCEEDED; until it returns, nothing it showed may be used. */
export async function inspectArchive(inspection: ArchiveInspection) {
  const { chunks, name, limits = ARCHIVE_LIMITS, onFile } = inspection
  const dialect = inspection.lenient ? LENIENT : POSIX
  const rules = new ArchiveRules(limits)
  const hash = createHash('sha256')
  const plain = hashed(
    gunzip(openByteReader(chunks), (out, into) => rules.admitRatio(out, into), name),
    hash,
  )
  const tar = openByteReader(plain)
  const files: ArchiveFile[] = []
  const next = () => nextEntry(tar, dialect, name)
  for (let header = await next(); header; header = await next()) {
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

/** The next file or folder, or what the rules refuse; undefined at the end. */
async function nextEntry(tar: ByteReader, dialect: TarDialect, name: string): Promise<TarHeader | undefined> {
  for (let isFollowed = true; ; ) {
    const block = await tar.exactly(BLOCK_BYTES)
    if (isZero(block) && !isFollowed) throw malformed(name, 'a global header is followed by nothing')
    if (isZero(block)) return endOfArchive(block, await tar.exactly(BLOCK_BYTES), name)
    const header = await namedEntry(block, { tar, dialect, name })
    isFollowed = header.type !== 'GlobalExtendedHeader'
    if (!isFollowed && dialect.extensions) {
      // Notes such as the commit that was archived; one that would change entries is refused.
      const records = parsePax(await extension(header.size, tar, name), dialect, name)
      if (records.path !== undefined || records.size !== undefined)
        throw malformed(name, 'a global header changes all entries')
      continue
    }
    const path = dialect.extensions ? withoutDot(header.path) : header.path
    if (path !== undefined) return { ...header, path }
    if (header.type !== 'Directory' || header.size > 0) throw malformed(name, 'an entry has no name')
  }
}

type Reading = { readonly tar: ByteReader; readonly dialect: TarDialect; readonly name: string }

/** A header with the path that it, or an entry before it, gives. */
async function namedEntry(block: Buffer, { tar, dialect, name }: Reading): Promise<TarHeader> {
  const header = dialect.header(block, name)
  if (header.type === 'ExtendedHeader') {
    const pax = parsePax(await extension(header.size, tar, name), dialect, name)
    const entry = dialect.header(await tar.exactly(BLOCK_BYTES), name)
    requireSameSize(pax, entry.size, name)
    return { ...extended(entry, name), path: pax.path ?? entry.path() }
  }
  if (header.type === LONG_NAME) {
    const path = longName(await extension(header.size, tar, name), name)
    return { ...extended(dialect.header(await tar.exactly(BLOCK_BYTES), name), name), path }
  }
  return { ...header, path: header.path() }
}

/** The rules refuse every other type that is none of a file. */
function extended<Header extends { readonly type: string }>(entry: Header, name: string): Header {
  if (entry.type === 'GlobalExtendedHeader') throw malformed(name, 'an extended header stands before a global one')
  return entry
}

async function extension(size: number, tar: ByteReader, name: string): Promise<Buffer> {
  if (size > MAX_PAX_BYTES) throw malformed(name, 'an extended header is too large')
  const content = await tar.exactly(size)
  if (content.length < size) throw malformed(name, 'it breaks off in an extended header')
  await skipPadding(tar, size, name)
  return content
}

/** Bytes there would be seen by some programs only. */
async function skipPadding(tar: ByteReader, size: number, name: string): Promise<void> {
  const padding = await tar.exactly(paddingOf(size))
  if (padding.length !== paddingOf(size)) throw malformed(name, 'it breaks off in an entry')
  if (!isZero(padding)) throw malformed(name, 'there are bytes between its entries')
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
  await skipPadding(tar, file.size, name)
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
