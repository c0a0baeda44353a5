// One entry of an image's layer. Layers are written by many programs, in the POSIX, pax and GNU forms; which bytes they are is fixed
// by their digest, and no path of theirs is written to a disk. What cannot be in an image that is run here is refused by its type.
import { coded } from '../../schemas/errors.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { quote } from '../../schemas/quote.ts'
import { malformed } from '../archive/gunzip.ts'
import { BLOCK_BYTES, decodePath, ENTRY_TYPES, requireChecksum, requireWhole } from '../archive/tar-header.ts'

export type LayerHeader = {
  /** As tar names it, or one of the two that only speak of the entry behind them. */
  readonly type: string
  readonly path: string
  readonly size: number
  /** Of links. */
  readonly target: string
}

/** Of a block that is not zero. Throws ARCHIVE_MALFORMED. */
export function parseLayerHeader(block: Buffer, layer: string): LayerHeader {
  requireWhole(block, layer)
  requireChecksum(block, layer)
  const flag = block.toString('latin1', 156, 157)
  const isPosix = block.toString('latin1', 257, 263) === 'ustar\0'
  const [prefix, name] = [isPosix ? text(block, 345, 155, layer) : '', text(block, 0, 100, layer)]
  return {
    type: flag === '\0' ? 'File' : (LONG[flag] ?? ENTRY_TYPES[flag] ?? `entry of type ${flag}`),
    path: prefix === '' ? name : `${prefix}/${name}`,
    size: sizeOf(block.subarray(124, 136), layer),
    target: text(block, 157, 100, layer),
  }
}

const LONG: Readonly<Record<string, string>> = { L: 'LongName', K: 'LongTarget' }

function text(block: Buffer, offset: number, length: number, layer: string): string {
  const field = block.subarray(offset, offset + length)
  const end = field.indexOf(0)
  return decodePath(end === -1 ? field : field.subarray(0, end), layer)
}

/** Octal, or in base 256 for what does not fit. */
function sizeOf(field: Buffer, layer: string): number {
  if (field[0] === 0x80)
    return safe(
      field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0),
      layer,
    )
  const digits = /^[ 0]*([0-7]*)[ \0]*$/.exec(field.toString('latin1'))?.[1]
  if (digits === undefined) throw malformed(layer, 'a size in it is no number')
  return safe(digits === '' ? 0 : Number.parseInt(digits, 8), layer)
}

function safe(size: number, layer: string): number {
  if (Number.isSafeInteger(size)) return size
  throw malformed(layer, 'a size in it is larger than a number holds')
}

type Records = { readonly path?: string; readonly target?: string; readonly size?: number }

/** What a pax header says of the entry behind it; times, owners and attributes are left aside. */
export function parseLayerPax(bytes: Buffer, layer: string): Records {
  const found = new Map<string, string>()
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at)
    const length = bytes.toString('latin1', at, Math.max(at, space))
    const end = at + Number(length)
    if (!/^[1-9][0-9]{0,9}$/.test(length) || bytes[end - 1] !== 0x0a)
      throw malformed(layer, 'an extended header does not parse')
    const record = bytes.subarray(space + 1, end - 1)
    const key = record.toString('latin1', 0, Math.max(0, record.indexOf(0x3d)))
    if (key.startsWith('GNU.sparse.')) throw malformed(layer, 'it holds a sparse file')
    if (KEYS.has(key)) found.set(key, decodePath(record.subarray(key.length + 1), layer))
    at = end
  }
  const [path, target, size] = ['path', 'linkpath', 'size'].map((key) => found.get(key))
  if (size !== undefined && !/^[0-9]{1,15}$/.test(size)) throw malformed(layer, 'a size in it is no number')
  return {
    ...omitUndefined({ path, target }),
    ...(size === undefined ? {} : { size: Number(size) }),
  }
}

const KEYS: ReadonlySet<string> = new Set(['path', 'linkpath', 'size'])

const PLAIN: ReadonlySet<string> = new Set(['File', 'ContiguousFile', 'Directory', 'Link', 'SymbolicLink'])
const MAX_PATH_BYTES = 4096
const MAX_DEPTH = 256

/** Throws ARCHIVE_ENTRY_UNSAFE for a device, a pipe, a path that leaves the image, and what nobody knows. */
export function admitLayerEntry(header: LayerHeader, layer: string): LayerHeader {
  const parts = partsOf(header.path)
  if (!PLAIN.has(header.type)) throw unsafe(header, `is a ${header.type}, expected files, folders and links`, layer)
  if (parts.includes('..')) throw unsafe(header, 'has `..` in its path', layer)
  if ([header.path, header.target].some((path) => Buffer.byteLength(path) > MAX_PATH_BYTES) || parts.length > MAX_DEPTH)
    throw unsafe(header, 'has a path that is too long', layer)
  if (header.type !== 'File' && header.type !== 'ContiguousFile' && header.size > 0 && header.type !== 'Link')
    throw unsafe(header, 'has content, and is no file', layer)
  return header
}

/** `./usr//bin/` is `usr/bin`. */
export function partsOf(path: string): readonly string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.')
}

function unsafe({ path, type }: LayerHeader, problem: string, layer: string): Error {
  return coded('ARCHIVE_ENTRY_UNSAFE', {
    message: `entry ${quote(path)} of layer ${quote(layer)} ${problem}`,
    details: { path: path.slice(0, 200), type, layer },
  })
}

export function paddingOf(size: number): number {
  return (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES
}
