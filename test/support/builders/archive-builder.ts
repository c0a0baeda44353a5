// Builds tar.gz archives: honest ones with npm tar, hostile ones block by block, as no honest program would write them.
import { gzipSync } from 'node:zlib'
import { Header } from 'tar'

export type TarPart = {
  readonly path: string
  /** `File`, `Directory`, `SymbolicLink` … as npm tar names them. */
  readonly type?: string
  readonly content?: Buffer | string
  readonly mode?: number
  readonly linkpath?: string
  /** Overrides the size that the header claims. */
  readonly claimedSize?: number
}

/** One entry: header, content, padding. */
export function tarEntry({
  path,
  type = 'File',
  content = '',
  mode = 0o644,
  linkpath = '',
  claimedSize,
}: TarPart): Buffer {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(content)
  const header = new Header()
  Object.assign(header, { path, mode, linkpath, mtime: new Date(0), size: claimedSize ?? bytes.length })
  header.type = type as 'File'
  const block = Buffer.alloc(512)
  header.encode(block, 0)
  return Buffer.concat([block, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)])
}

/** Pax records before the next entry. */
export function paxEntry(records: Readonly<Record<string, string>>): Buffer {
  const text = Object.entries(records)
    .map(([key, value]) => paxRecord(`${key}=${value}\n`))
    .join('')
  return tarEntry({ path: 'PaxHeader', type: 'ExtendedHeader', content: text })
}

function paxRecord(rest: string): string {
  let length = Buffer.byteLength(rest) + 2
  while (Buffer.byteLength(`${length} ${rest}`) !== length) length++
  return `${length} ${rest}`
}

export const END_OF_TAR = Buffer.alloc(1024)

export function tarOf(parts: readonly (TarPart | Buffer)[]): Buffer {
  return Buffer.concat([...parts.map((part) => (Buffer.isBuffer(part) ? part : tarEntry(part))), END_OF_TAR])
}

export function tarballOf(parts: readonly (TarPart | Buffer)[]): Buffer {
  return gzipSync(tarOf(parts), { level: 1 })
}

/** A stream that delivers the bytes in pieces of the given length. */
export async function* inPieces(bytes: Buffer, length = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length)
}

/** Writes bytes into a field of an entry's header, and the checksum that then fits. */
export function patched(entry: Buffer, changes: Readonly<Record<number, string | Buffer>>): Buffer {
  const bytes = Buffer.from(entry)
  for (const [offset, value] of Object.entries(changes))
    Buffer.from(value as string, 'latin1').copy(bytes, Number(offset))
  return withChecksum(bytes)
}

export function withChecksum(entry: Buffer): Buffer {
  const bytes = Buffer.from(entry)
  bytes.write('        ', 148, 'latin1')
  const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0)
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return bytes
}
