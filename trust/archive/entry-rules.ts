// Is this archive entry allowed? Pure, so that publisher, registry and client ask the same question.

import { coded } from '../../schemas/errors.ts'
import type { ArchiveLimits } from '../../schemas/limits.ts'
import { ARCHIVE_LIMITS } from '../../schemas/limits.ts'
import { quote } from '../../schemas/quote.ts'

type ArchiveEntry = {
  /** Type as tar names it: `File`, `Directory`, `SymbolicLink` … */
  readonly type: string
  readonly path: string
  readonly size: number
}

/** Devices of Windows, with whatever ending, and blanks before it. */
const RESERVED_STEM = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(?:\.|$)/i
/** What Windows may give another file of the folder as its short name. */
const SHORT_NAME = /^[^.]{1,6}~[0-9]{1,6}(?:\.[^.]{0,3})?$/
/** Bytes in UTF-8, and units of UTF-16 when decomposed: the limits of ext4, APFS and NTFS. */
const MAX_NAME = 255
const FORBIDDEN =
  /[\\:*?"<>|\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u

/** Remembers what it admitted, as duplicates and counts are rules too. One instance per archive. */
export class ArchiveRules {
  readonly #limits: ArchiveLimits
  readonly #files = new Set<string>()
  /** As they were first written, by what file systems that fold case take them for. */
  readonly #folders = new Map<string, string>()
  readonly #entered = new Set<string>()
  #bytes = 0
  #entries = 0

  constructor(limits: ArchiveLimits = ARCHIVE_LIMITS) {
    this.#limits = limits
  }

  /** Returns the entry's clean path; throws ARCHIVE_ENTRY_UNSAFE or LIMIT_EXCEEDED. */
  admit(entry: ArchiveEntry): string {
    if (++this.#entries > this.#limits.maxEntries) throw limitExceeded('entries', this.#limits.maxEntries)
    if (entry.type !== 'File' && entry.type !== 'Directory')
      throw unsafe(entry, `is a ${entry.type}, expected files and folders only`)
    const path = entry.type === 'Directory' ? entry.path.replace(/\/$/, '') : entry.path
    const problem = this.#problemOf(path)
    if (problem) throw unsafe(entry, problem)
    this.#bytes += entry.size
    if (this.#bytes > this.#limits.maxBytes) throw limitExceeded('uncompressed bytes', this.#limits.maxBytes)
    this.#claim(entry, path)
    return path
  }

  /** Throws LIMIT_EXCEEDED when far more comes out than went in. */
  admitRatio(uncompressed: number, compressed: number): void {
    if (uncompressed > this.#limits.ratioFloorBytes && uncompressed > compressed * this.#limits.maxRatio)
      throw limitExceeded('times its compressed size', this.#limits.maxRatio)
    if (uncompressed > this.#limits.maxBytes + this.#limits.maxEntries * 2048)
      throw limitExceeded('uncompressed bytes', this.#limits.maxBytes)
  }

  #problemOf(path: string): string | undefined {
    if (path.length === 0 || path.length > this.#limits.maxPathLength) return `has a path of ${path.length} characters`
    if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'has an absolute path'
    if (FORBIDDEN.test(path)) return 'has a character that is not allowed in a path'
    if (path !== path.normalize('NFC')) return 'has a path that is not in Unicode normal form C'
    const parts = path.split('/')
    if (parts.length > this.#limits.maxDepth) return `is nested deeper than ${this.#limits.maxDepth} levels`
    if (parts.some((part) => part === '' || part === '.' || part === '..'))
      return 'has `..`, `.` or an empty part in its path'
    if (parts.some((part) => RESERVED_STEM.test(part) || SHORT_NAME.test(part) || /[ .]$/.test(part)))
      return 'has a name that Windows reserves'
    if (parts.some(isTooLong)) return `has a name of more than ${MAX_NAME} bytes`
    return undefined
  }

  #claim(entry: ArchiveEntry, path: string): void {
    const parts = path.split('/')
    const paths = parts.map((_part, index) => parts.slice(0, index + 1).join('/'))
    const parents = paths.slice(0, -1)
    const own = folded(path)
    if (parents.some((parent) => this.#files.has(folded(parent))))
      throw unsafe(entry, 'lies below a path that is a file')
    if (this.#files.has(own) || this.#entered.has(own))
      throw unsafe(entry, 'appears twice (spellings that a file system takes for one count as one)')
    if (entry.type === 'File' && this.#folders.has(own)) throw unsafe(entry, 'is a file and a folder at once')
    const folders = entry.type === 'File' ? parents : paths
    const collision = folders.find((folder) => (this.#folders.get(folded(folder)) ?? folder) !== folder)
    if (collision !== undefined) throw unsafe(entry, 'lies in a folder that is written in two ways')
    for (const folder of folders) this.#folders.set(folded(folder), folder)
    if (entry.type === 'File') this.#files.add(own)
    else this.#entered.add(own)
  }
}

function isTooLong(part: string): boolean {
  return Buffer.byteLength(part) > MAX_NAME || part.normalize('NFD').length > MAX_NAME
}

/**
 * Full case folding, as the strictest file system does it: `ſ` is `s`, `ß` is `ss`, the Kelvin sign is `k`. Up and down again,
 * as some letters have only one of both; the first step down is for capitals without a simple pair, such as `ẞ`.
 */
function folded(path: string): string {
  return path.toLowerCase().toUpperCase().toLowerCase().normalize('NFC')
}

function unsafe(entry: ArchiveEntry, problem: string): Error {
  return coded('ARCHIVE_ENTRY_UNSAFE', {
    message: `archive entry ${quote(entry.path)} ${problem}`,
    details: { path: entry.path.slice(0, 200), type: entry.type },
  })
}

function limitExceeded(what: string, limit: number): Error {
  return coded('LIMIT_EXCEEDED', { message: `archive holds more than ${limit} ${what}`, details: { what, limit } })
}
