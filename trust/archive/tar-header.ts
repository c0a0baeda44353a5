// One 512-byte tar header in the strict POSIX form, every field of it: what tar programs read differently (GNU extensions,
// base-256 numbers, numbers that are none, bytes behind a name's end, sparse files) is refused, so that all agree on what is inside.
import { malformed } from './gunzip.ts'

export const BLOCK_BYTES = 512

export type TarHeader = {
  readonly type: string
  /** Undefined in front of a record that names the entry itself, as there it may be cut within a character. */
  readonly path: string
  readonly size: number
  readonly executable: boolean
}

/** Which form of headers is read: `posix` for everything that is signed, `lenient` for repos that nobody signs. */
export type TarDialect = {
  /** Throws ARCHIVE_MALFORMED. */
  header(block: Buffer, archive: string): UnnamedHeader
  /** Whether a pax record of this key and value says nothing about the content. */
  isHarmless(key: string, value: string): boolean
  /** Whether a global header, or a long name in an entry of its own, is read. */
  readonly extensions: boolean
}

/** A header whose path is read only when nothing before it gives another. */
export type UnnamedHeader = Omit<TarHeader, 'path'> & { path(): string }

export const ENTRY_TYPES: Readonly<Record<string, string>> = {
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
function parsePosixHeader(block: Buffer, archive: string): UnnamedHeader {
  requireWhole(block, archive)
  if (block.toString('latin1', 257, 265) !== 'ustar\x0000')
    throw notPosix(archive, 'an entry is not in the POSIX tar form')
  requireChecksum(block, archive)
  const flag = block.toString('latin1', 156, 157)
  const type = ENTRY_TYPES[flag] ?? `entry of type ${flag}`
  const mode = octal(block, 100, 8, archive)
  for (const [offset, length] of [
    [108, 8],
    [116, 8],
    [329, 8],
    [337, 8],
  ] as const)
    optionalOctal(block, offset, length, archive)
  octal(block, 136, 12, archive)
  for (const [offset, length] of [
    [265, 32],
    [297, 32],
  ] as const)
    fieldText(block, offset, length, archive)
  if (!isZero(block.subarray(500))) throw notPosix(archive, 'a header holds more than the POSIX form has')
  if (['File', 'Directory', 'ExtendedHeader'].includes(type)) {
    if (!isZero(block.subarray(157, 257))) throw notPosix(archive, 'a file or folder in it names a link')
    if (mode > 0o777) throw notPosix(archive, 'an entry has more than plain permissions')
  }
  fieldBytes(block, 0, 100, archive)
  fieldBytes(block, 345, 155, archive)
  const path = () => {
    const [prefix, name] = [fieldText(block, 345, 155, archive), fieldText(block, 0, 100, archive)]
    return prefix === '' ? name : `${prefix}/${name}`
  }
  return { type, path, size: octal(block, 124, 12, archive), executable: (mode & 0o111) !== 0 }
}

export const POSIX: TarDialect = {
  header: parsePosixHeader,
  isHarmless: (key, value) => {
    if (['SCHILY.dev', 'SCHILY.ino', 'SCHILY.nlink'].includes(key)) return OWNER.test(value)
    return key === 'comment' ? !value.includes('\0') : isOwnerOrTime(key, value)
  },
  extensions: false,
}

const OWNER = /^[0-9]{1,15}$/
const TIME = /^-?[0-9]{1,12}(?:\.[0-9]{1,9})?$/

/** Whether a pax record gives an owner or a time in a form at which no reader stops. */
export function isOwnerOrTime(key: string, value: string): boolean {
  if (key === 'uid' || key === 'gid') return OWNER.test(value)
  if (key === 'mtime' || key === 'atime' || key === 'ctime') return TIME.test(value)
  return (key === 'uname' || key === 'gname') && !value.includes('\0')
}

export function requireWhole(block: Buffer, archive: string): void {
  if (block.length < BLOCK_BYTES) throw malformed(archive, 'it breaks off in an entry')
}

export function requireChecksum(block: Buffer, archive: string): void {
  if (octal(block, 148, 8, archive) !== checksumOf(block)) throw malformed(archive, 'the checksum of an entry is wrong')
}

/** Digits of base eight and at least one blank or zero byte behind them: signs, prefixes and blanks in front are other readers' business. */
function octal(block: Buffer, offset: number, length: number, archive: string): number {
  const digits = /^([0-7]+)[ \0]+$/.exec(block.toString('latin1', offset, offset + length))?.[1]
  if (digits === undefined) throw notPosix(archive, 'a number in an entry is not octal')
  return Number.parseInt(digits, 8)
}

/** Owners and devices are often left empty. */
function optionalOctal(block: Buffer, offset: number, length: number, archive: string): void {
  if (!isZero(block.subarray(offset, offset + length))) octal(block, offset, length, archive)
}

/** What stands before the first zero byte; nothing may hide behind it. */
export function fieldBytes(block: Buffer, offset: number, length: number, archive: string): Buffer {
  const field = block.subarray(offset, offset + length)
  const end = field.indexOf(0)
  if (end === -1) return field
  if (!isZero(field.subarray(end))) throw notPosix(archive, 'a text in an entry goes on behind its end')
  return field.subarray(0, end)
}

function fieldText(block: Buffer, offset: number, length: number, archive: string): string {
  return decodePath(fieldBytes(block, offset, length, archive), archive)
}

export function decodePath(bytes: Buffer, archive: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw malformed(archive, 'a path in it is not UTF-8', cause)
  }
}

export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0)
}

/** A good archive of another form: what to do is to pack it again. */
export function notPosix(archive: string, problem: string): Error {
  return malformed(archive, problem, undefined, 'pack it with `octo build`, or again with `tar --format=ustar`')
}

/** Sum of all bytes, with the checksum field itself read as spaces. */
function checksumOf(block: Buffer): number {
  let sum = 8 * 0x20
  for (let at = 0; at < BLOCK_BYTES; at++) if (at < 148 || at >= 156) sum += block[at] ?? 0
  return sum
}
