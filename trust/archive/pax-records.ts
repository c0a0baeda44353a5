// The pax records before an entry. Only a path counts, and a size that repeats the header's: whatever else changes an entry would
// show something else to programs that ignore it.
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { malformed } from './gunzip.ts'
import type { TarDialect } from './tar-header.ts'
import { decodePath, notPosix } from './tar-header.ts'

export const MAX_PAX_BYTES = 64 * 1024

type PaxRecords = { readonly path?: string; readonly size?: string }

/** Throws ARCHIVE_MALFORMED for records that change more than a path, or that repeat one. */
export function parsePax(bytes: Buffer, { isHarmless }: TarDialect, archive: string): PaxRecords {
  const found = new Map<string, string>()
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at)
    const digits = bytes.toString('latin1', at, Math.max(at, space))
    const end = at + Number(digits)
    if (!/^[1-9][0-9]{0,5}$/.test(digits) || bytes[end - 1] !== 0x0a)
      throw malformed(archive, 'an extended header does not parse')
    const record = bytes.subarray(space + 1, end - 1)
    const equals = record.indexOf(0x3d)
    const key = record.toString('latin1', 0, Math.max(0, equals))
    const value = record.subarray(equals + 1)
    if (found.has(key)) throw malformed(archive, 'an extended header says one thing twice')
    if (key === 'path' || key === 'size') found.set(key, decodePath(value, archive))
    else if (isHarmless(key, value.toString('latin1'))) found.set(key, '')
    else throw notPosix(archive, 'an extended header changes more than a path')
    at = end
  }
  const [path, size] = [found.get('path'), found.get('size')]
  return { ...omitUndefined({ path, size }) }
}

/** A size of its own would hide bytes from programs that ignore it. */
export function requireSameSize({ size }: PaxRecords, headerSize: number, archive: string): void {
  if (size !== undefined && size !== String(headerSize))
    throw notPosix(archive, 'an extended header gives an entry another size')
}
