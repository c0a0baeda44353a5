// Is this archive entry allowed? Pure, so that publisher, registry and client ask the same question.
import { coded } from './errors.ts'
import { quote } from './quote.ts'

export type ArchiveEntry = {
  /** Type as tar names it: `File`, `Directory`, `SymbolicLink` … */
  readonly type: string
  readonly path: string
  readonly size: number
}

export type ArchiveLimits = {
  readonly maxEntries: number
  /** Uncompressed bytes of all files together. */
  readonly maxBytes: number
  readonly maxPathLength: number
  readonly maxDepth: number
  /** Uncompressed to compressed bytes, once more than `ratioFloorBytes` came out. */
  readonly maxRatio: number
  readonly ratioFloorBytes: number
}

export const ARCHIVE_LIMITS: ArchiveLimits = {
  maxEntries: 10_000,
  maxBytes: 4 * 1024 * 1024 * 1024,
  maxPathLength: 512,
  maxDepth: 16,
  maxRatio: 50,
  ratioFloorBytes: 64 * 1024 * 1024,
}

const RESERVED_STEM = /^(con|prn|aux|nul|com[1-9]|lpt[1-9])(\.|$)/i

/** Remembers what it admitted, as duplicates and counts are rules too. One instance per archive. */
export class ArchiveRules {
  readonly #limits: ArchiveLimits
  readonly #files = new Set<string>()
  readonly #folders = new Set<string>()
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
    if (/[\\:*?"<>|\p{Cc}\p{Cf}]/u.test(path)) return 'has a character that is not allowed in a path'
    if (path !== path.normalize('NFC')) return 'has a path that is not in Unicode normal form C'
    const parts = path.split('/')
    if (parts.length > this.#limits.maxDepth) return `is nested deeper than ${this.#limits.maxDepth} levels`
    if (parts.some((part) => part === '' || part === '.' || part === '..'))
      return 'has `..`, `.` or an empty part in its path'
    if (parts.some((part) => RESERVED_STEM.test(part) || /[ .]$/.test(part))) return 'has a name that Windows reserves'
    return undefined
  }

  #claim(entry: ArchiveEntry, path: string): void {
    const parts = path.toLowerCase().split('/')
    const own = parts.join('/')
    const parents = parts.slice(0, -1).map((_part, index) => parts.slice(0, index + 1).join('/'))
    if (parents.some((parent) => this.#files.has(parent))) throw unsafe(entry, 'lies below a path that is a file')
    if (this.#files.has(own)) throw unsafe(entry, 'appears twice (upper and lower case count as one)')
    if (entry.type === 'File' && this.#folders.has(own)) throw unsafe(entry, 'is a file and a folder at once')
    for (const parent of parents) this.#folders.add(parent)
    if (entry.type === 'File') this.#files.add(own)
    else this.#folders.add(own)
  }
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
