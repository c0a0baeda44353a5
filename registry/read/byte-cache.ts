// What was read lately, bounded by bytes. Entries that were used since the last look get a second chance before they go, and
// large bodies come in only where they are wanted clearly more than what they push out: files that are asked for in turn,
// more than memory holds, would otherwise be read into it again each time.
import type { Popularity } from './popularity.ts'

export type Cached = {
  /** Bytes that the entry holds on to. */
  readonly bytes: number
  /** Set by whoever uses the entry. */
  used: boolean
  readonly popularity: Popularity
}

/** What an entry without a body weighs: its headers and its place in the map. */
export const ENTRY_BYTES = 2048
/** How much more often something must be wanted to take the place of something else. */
const CLEARLY_MORE = 2

export class ByteCache<T extends Cached> {
  readonly #entries = new Map<string, T>()
  readonly #maxBytes: number
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  get(key: string): T | undefined {
    return this.#entries.get(key)
  }

  /** Whether there is room, or enough is wanted clearly less than `wanted` to make room. */
  admits(bytes: number, wanted: number, now: number): boolean {
    let room = this.#maxBytes - this.#bytes
    for (const entry of this.#entries.values()) {
      if (room >= bytes) return true
      if (isWantedLess(entry, wanted, now)) room += entry.bytes
    }
    return room >= bytes
  }

  set(key: string, entry: T, now = 0): void {
    this.delete(key)
    if (entry.bytes > this.#maxBytes) return
    this.#yieldTo(entry, now)
    this.#entries.set(key, entry)
    this.#bytes += entry.bytes
    if (this.#bytes > this.#maxBytes) this.#evict()
  }

  delete(key: string): void {
    const entry = this.#entries.get(key)
    if (!entry) return
    this.#entries.delete(key)
    this.#bytes -= entry.bytes
  }

  deleteBelow(prefix: string): void {
    for (const key of this.#entries.keys()) if (key.startsWith(prefix)) this.delete(key)
  }

  /** Takes out what is wanted clearly less, until the newcomer fits. */
  #yieldTo({ bytes, popularity }: T, now: number): void {
    const wanted = popularity.at(now)
    for (const [key, entry] of this.#entries) {
      if (this.#bytes + bytes <= this.#maxBytes) return
      if (isWantedLess(entry, wanted, now)) this.delete(key)
    }
  }

  #evict(): void {
    for (const [key, entry] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) return
      this.#entries.delete(key)
      if (entry.used) {
        entry.used = false
        this.#entries.set(key, entry)
      } else this.#bytes -= entry.bytes
    }
  }
}

/** Entries without a body are not worth the look. */
function isWantedLess({ bytes, popularity }: Cached, wanted: number, now: number): boolean {
  return bytes > ENTRY_BYTES && popularity.at(now) * CLEARLY_MORE < wanted
}
