// The forms that tar programs write by themselves, for archives of repos that nobody signs: plain GNU headers, long names, and
// pax records that say nothing about the content. As safe as the strict form: paths, sizes and types pass the same rules.
import { malformed } from './gunzip.ts'
import type { TarDialect, UnnamedHeader } from './tar-header.ts'
import {
  decodePath,
  ENTRY_TYPES,
  fieldBytes,
  isOwnerOrTime,
  isZero,
  requireChecksum,
  requireWhole,
} from './tar-header.ts'

export const LONG_NAME = 'LongName'

export const LENIENT: TarDialect = { header: parseHeader, isHarmless, extensions: true }

function parseHeader(block: Buffer, archive: string): UnnamedHeader {
  requireWhole(block, archive)
  const form = block.toString('latin1', 257, 265)
  const isGnu = form === 'ustar  \0'
  if (!isGnu && form !== 'ustar\x0000')
    throw malformed(archive, 'an entry is neither in the POSIX nor in the GNU tar form')
  requireChecksum(block, archive)
  // Sparse files and incremental backups stand here, and the times of other forms.
  if (!isZero(block.subarray(isGnu ? 345 : 500))) throw malformed(archive, 'a header holds more than a plain one')
  number(block, 136, 12, archive)
  for (const offset of [108, 116, 329, 337]) refuseOddOwner(block.subarray(offset, offset + 8), archive)
  const flag = block.toString('latin1', 156, 157)
  const type =
    flag === '\0' ? 'File' : isGnu && flag === 'L' ? LONG_NAME : (ENTRY_TYPES[flag] ?? `entry of type ${flag}`)
  const path = () => {
    const prefix = isGnu ? '' : decodePath(fieldBytes(block, 345, 155, archive), archive)
    const name = decodePath(fieldBytes(block, 0, 100, archive), archive)
    return prefix === '' ? name : `${prefix}/${name}`
  }
  return {
    type,
    path,
    size: number(block, 124, 12, archive),
    executable: (number(block, 100, 8, archive) & 0o111) !== 0,
  }
}

function number(block: Buffer, offset: number, length: number, archive: string): number {
  const digits = /^ *([0-7]+)[ \0]*$/.exec(block.toString('latin1', offset, offset + length))?.[1]
  if (digits === undefined) throw malformed(archive, 'a number in an entry is not octal')
  return Number.parseInt(digits, 8)
}

/** Empty, octal, or in base 256, as the owners of large directories are: other programs stop at anything else. */
function refuseOddOwner(field: Buffer, archive: string): void {
  if (isZero(field) || field.readUInt32BE(0) === 0x80000000) return
  number(field, 0, 8, archive)
}

/** Owners, times, attributes and notes; not the records of sparse files, which some write under the same prefixes. */
function isHarmless(key: string, value: string): boolean {
  if (/^SCHILY\.(?:realsize|offset|tarfile|volhdr)/.test(key)) return false
  return isOwnerOrTime(key, value) || /^(?:comment|SCHILY\..+|LIBARCHIVE\..+|RHT\..+)$/.test(key)
}

/** `./bin/tool` is `bin/tool`; undefined for the folder that everything is in. */
export function withoutDot(path: string): string | undefined {
  const rest = path.replace(/^(?:\.\/)+/, '')
  return rest === '' || rest === '.' ? undefined : rest
}

/** The name in an entry of its own, which ends with a zero byte. */
export function longName(content: Buffer, archive: string): string {
  const end = content.indexOf(0)
  if (end !== content.length - 1) throw malformed(archive, 'a long name does not end where its entry ends')
  return decodePath(content.subarray(0, end), archive)
}
