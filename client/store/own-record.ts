// Reads the small files by which the store vouches for something: a memo, a warm run. Such a file counts only where and
// when it was written: this path, this octo, this boot, this file of this device, by this user. A copy of it, from a restored
// cache, an image layer or another store, is another file, and so are its words. Imports nothing heavy: warm runs read them.
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { bootId } from '../../system/boot-id.ts'
import { octoVersion } from '../../system/octo-version.ts'

export const RECORD_FORMAT = 'octo.record/v1'

export type OwnRecord = {
  readonly format: typeof RECORD_FORMAT
  /** Absolute path of the record itself. */
  readonly path: string
  readonly octo: string
  readonly boot: string
  /** `device:inode` of the record itself. */
  readonly file: string
  /** Milliseconds since 1970; the file system has to agree. */
  readonly at: number
  readonly body: unknown
}

/** File systems may keep whole seconds, FAT even pairs of them. */
const CLOCK_TOLERANCE_MS = 2_500
/** Neither follows a link nor waits for a pipe. Windows has neither flag. */
const NO_LINK = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
const MAX_RECORD_BYTES = 16n * 1024n * 1024n

/** What was recorded; undefined when there is nothing, or nothing that this machine wrote in this boot. Never throws. */
export function readOwnRecord(path: string): unknown {
  const found = openRecord(path)
  if (!found) return undefined
  const { record, device, ctimeMs } = found
  const isNow = record.boot === bootId() && record.octo === octoVersion() && record.file === device
  return isNow && Math.abs(ctimeMs - record.at) <= CLOCK_TOLERANCE_MS ? record.body : undefined
}

/**
 * What was recorded in any boot, and since when it lies here: by the clock that stamps files, as the record could say
 * anything. A copy is no record, and is younger. Never throws.
 */
export function readLastingRecord(path: string): { readonly body: unknown; readonly since: number } | undefined {
  const found = openRecord(path)
  return found && { body: found.record.body, since: found.ctimeMs }
}

function openRecord(path: string) {
  try {
    const file = openSync(path, NO_LINK)
    try {
      const stat = fstatSync(file, { bigint: true })
      const owner = process.getuid?.()
      const isOwn = owner === undefined || (stat.uid === BigInt(owner) && (stat.mode & 0o022n) === 0n)
      if (!isOwn || !stat.isFile() || stat.nlink !== 1n || stat.size > MAX_RECORD_BYTES) return undefined
      const record = JSON.parse(readFileSync(file, 'utf8')) as OwnRecord
      // Device numbers may change with a boot, inodes do not.
      const isHere = record.path === path && String(record.file).split(':')[1] === String(stat.ino)
      if (!isHere || record.format !== RECORD_FORMAT) return undefined
      return { record, device: `${stat.dev}:${stat.ino}`, ctimeMs: Number(stat.ctimeMs) }
    } finally {
      closeSync(file)
    }
  } catch {
    return undefined
  }
}
