// One 512-byte tar header and the pax records before it. Only the strict POSIX form is read: what tar programs read
// differently (GNU extensions, base-256 numbers, pax sizes, sparse files) is refused, so that all agree on what is inside.
import { malformed } from './gunzip.ts'

export const BLOCK_BYTES = 512
export const MAX_PAX_BYTES = 64 * 1024

export type TarHeader = {
  readonly type: string
  readonly path: string
  readonly size: number
  readonly executable: boolean
}

const TYPES: Readonly<Record<string, string>> = {
  '0': 'File',
  '1': 'Link',
  '2': 'SymbolicLink',
  '3': 'CharacterDevice',
  '4': 'BlockDevice',
  '5': 'Directory',
  '6': 'FIFO',
  '7': 'ContiguousFile',
  g: 'GlobalExtendedHeader',
  x: 'ExtendedHeader',
}

/** Throws ARCHIVE_MALFORMED; the type may still be one that the rules refuse. */
export function parseTarHeader(block: Buffer, archive: string): TarHeader {
  if (block.length < BLOCK_BYTES) throw malformed(archive, 'it breaks off in an entry')
  if (block.toString('latin1', 257, 265) !== 'ustar\x0000')
    throw malformed(archive, 'an entry is not in the POSIX tar form')
  if (octal(block, 148, 8, archive) !== checksumOf(block)) throw malformed(archive, 'the checksum of an entry is wrong')
  const flag = block.toString('latin1', 156, 157)
  const [prefix, name] = [text(block, 345, 155, archive), text(block, 0, 100, archive)]
  return {
    type: TYPES[flag] ?? `entry of type ${flag}`,
    path: prefix === '' ? name : `${prefix}/${name}`,
    size: octal(block, 124, 12, archive),
    executable: (octal(block, 100, 8, archive) & 0o111) !== 0,
  }
}

/** Keys that say nothing about the content. */
const HARMLESS_PAX = new Set(
  'mtime atime ctime uid gid uname gname comment SCHILY.dev SCHILY.ino SCHILY.nlink'.split(' '),
)

/** What pax records say about the next entry. */
export type PaxRecords = { readonly path?: string; readonly size?: string }

/** Throws ARCHIVE_MALFORMED for records that change more than a path, or that repeat one. */
export function parsePax(bytes: Buffer, archive: string): PaxRecords {
  const found: { path?: string; size?: string } = {}
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at)
    const digits = bytes.toString('latin1', at, Math.max(at, space))
    const end = at + Number(digits)
    if (!/^[1-9][0-9]{0,5}$/.test(digits) || end > bytes.length || bytes[end - 1] !== 0x0a)
      throw malformed(archive, 'an extended header does not parse')
    const record = decode(bytes.subarray(space + 1, end - 1), archive)
    const key = record.slice(0, Math.max(0, record.indexOf('=')))
    if ((key === 'path' || key === 'size') && found[key] === undefined) found[key] = record.slice(key.length + 1)
    else if (!HARMLESS_PAX.has(key)) throw malformed(archive, 'an extended header changes more than a path')
    at = end
  }
  return found
}

/** The entry as its pax records describe it; a size of their own would hide bytes from programs that ignore them. */
export function applyPax(header: TarHeader, pax: PaxRecords, archive: string): TarHeader {
  if (pax.size !== undefined && pax.size !== String(header.size))
    throw malformed(archive, 'an extended header gives an entry another size')
  return pax.path === undefined ? header : { ...header, path: pax.path }
}

function octal(block: Buffer, offset: number, length: number, archive: string): number {
  const digits = /^ *([0-7]*)[ \0]*$/.exec(block.toString('latin1', offset, offset + length))?.[1]
  if (digits === undefined) throw malformed(archive, 'a number in an entry is not octal')
  return digits === '' ? 0 : Number.parseInt(digits, 8)
}

function text(block: Buffer, offset: number, length: number, archive: string): string {
  const field = block.subarray(offset, offset + length)
  const end = field.indexOf(0)
  return decode(end === -1 ? field : field.subarray(0, end), archive)
}

function decode(bytes: Buffer, archive: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw malformed(archive, 'a path in it is not UTF-8', cause)
  }
}

/** Sum of all bytes, with the checksum field itself read as spaces. */
function checksumOf(block: Buffer): number {
  let sum = 8 * 0x20
  for (let at = 0; at < BLOCK_BYTES; at++) if (at < 148 || at >= 156) sum += block[at] ?? 0
  return sum
}
