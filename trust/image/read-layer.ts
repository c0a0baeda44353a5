// A layer of an image, entry by entry: unpacked from gzip, zstd or as it is, bounded, and held to the digest that the image's config
// gives its content. Until it returns, nothing that it showed may be used.
import { createHash } from 'node:crypto'
import type { Digest } from '../../schemas/digest.ts'
import { digestFromHex } from '../../schemas/digest.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { ByteReader } from '../archive/byte-reader.ts'
import { openByteReader } from '../archive/byte-reader.ts'
import { malformed } from '../archive/gunzip.ts'
import { BLOCK_BYTES, isZero } from '../archive/tar-header.ts'
import { decompressed } from './decompress.ts'
import type { LayerHeader } from './layer-header.ts'
import { admitLayerEntry, paddingOf, parseLayerHeader, parseLayerPax } from './layer-header.ts'

export type LayerEntry = LayerHeader & {
  /** Which of the layer it is, from 0. */
  readonly index: number
}

type LayerReading = {
  readonly chunks: AsyncIterable<Uint8Array>
  /** What errors call it. */
  readonly name: string
  /** Of its content: the `diff_id` of the config. */
  readonly content: Digest
  readonly budget: LayerBudget
  /** Is given the content of files that it asks for by returning something to write to. */
  readonly contentOf?: (entry: LayerEntry) => ((chunk: Uint8Array) => void) | undefined
}

/** Of all layers of an image together. */
type LayerBudget = { bytes: number; entries: number }

const MAX_EXTENSION_BYTES = 1024 * 1024

/** Its entries; throws ARCHIVE_MALFORMED, ARCHIVE_ENTRY_UNSAFE, LIMIT_EXCEEDED or DIGEST_MISMATCH. */
export async function readLayer({ chunks, name, content, budget, contentOf }: LayerReading): Promise<LayerEntry[]> {
  const hash = createHash('sha256')
  const plain = counted(decompressed(chunks, name), (chunk) => {
    hash.update(chunk)
    budget.bytes -= chunk.length
    if (budget.bytes < 0) throw tooMuch(name, 'bytes')
  })
  const tar = openByteReader(plain)
  const entries: LayerEntry[] = []
  for (let header = await nextEntry(tar, name); header; header = await nextEntry(tar, name)) {
    if (--budget.entries < 0) throw tooMuch(name, 'entries')
    const entry = { ...admitLayerEntry(header, name), index: entries.length }
    entries.push(entry)
    const write = contentOf?.(entry)
    // A hard link repeats the size of its file in some forms, and never its content.
    await pass(tar, entry.type === 'Link' ? 0 : entry.size, { name, write })
  }
  for (let rest = await tar.some(BLOCK_BYTES); rest.length > 0; rest = await tar.some(BLOCK_BYTES));
  const found = digestFromHex(hash.digest('hex'))
  if (found === content) return entries
  throw coded('DIGEST_MISMATCH', {
    message: `content of layer ${quote(name)} is other than its image says, expected \`${content}\`, found \`${found}\``,
    details: { layer: name, expected: content, found },
  })
}

/** With what the records before it say; undefined at the end. */
async function nextEntry(tar: ByteReader, name: string): Promise<LayerHeader | undefined> {
  let said: { path?: string; target?: string; size?: number } = {}
  for (;;) {
    const block = await tar.exactly(BLOCK_BYTES)
    // So is a block of no bytes, where no program wrote an end.
    if (isZero(block)) return undefined
    const header = parseLayerHeader(block, name)
    if (!EXTENSIONS.has(header.type)) return { ...header, ...said }
    const text = await extension(tar, header.size, name)
    if (header.type === 'ExtendedHeader') said = { ...said, ...parseLayerPax(text, name) }
    else if (header.type === 'LongName') said = { ...said, path: longText(text) }
    else if (header.type === 'LongTarget') said = { ...said, target: longText(text) }
    else if (Object.keys(parseLayerPax(text, name)).length > 0)
      throw malformed(name, 'a global header changes all entries')
  }
}

const EXTENSIONS: ReadonlySet<string> = new Set(['ExtendedHeader', 'GlobalExtendedHeader', 'LongName', 'LongTarget'])

function longText(bytes: Buffer): string {
  const end = bytes.indexOf(0)
  return bytes.toString('utf8', 0, end === -1 ? bytes.length : end)
}

async function extension(tar: ByteReader, size: number, name: string): Promise<Buffer> {
  if (size > MAX_EXTENSION_BYTES) throw malformed(name, 'an extended header is too large')
  const bytes = await tar.exactly(size + paddingOf(size))
  if (bytes.length < size + paddingOf(size)) throw malformed(name, 'it breaks off in an extended header')
  return bytes.subarray(0, size)
}

type Passing = { readonly name: string; readonly write: ((chunk: Uint8Array) => void) | undefined }

async function pass(tar: ByteReader, size: number, { name, write }: Passing): Promise<void> {
  for (let missing = size; missing > 0; ) {
    const piece = await tar.some(missing)
    if (piece.length === 0) throw malformed(name, 'it breaks off in a file')
    missing -= piece.length
    write?.(piece)
  }
  const padding = paddingOf(size)
  if ((await tar.exactly(padding)).length < padding) throw malformed(name, 'it breaks off in a file')
}

async function* counted(chunks: AsyncIterable<Uint8Array>, count: (chunk: Uint8Array) => void) {
  for await (const chunk of chunks) {
    count(chunk)
    yield chunk
  }
}

function tooMuch(name: string, what: string): Error {
  return coded('LIMIT_EXCEEDED', {
    message: `layer ${quote(name)} makes the image hold too many ${what}`,
    details: { what },
  })
}
