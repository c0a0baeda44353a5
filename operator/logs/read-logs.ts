// What services wrote, from their own files: those parts that were put aside first, then on as more is written, while parts of
// it are put aside meanwhile.
import { closeSync, fstatSync, readSync, statSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { readIfThere } from '../../system/files/atomic-file.ts'
import { openIfThere } from '../../system/files/if-there.ts'
import type { KeptLog, LiveLog, Piece } from './kept-log.ts'
import { liveOf, piecePath, readKept } from './kept-log.ts'
import { lastOf } from './last-of.ts'
import { timesPath } from './log-files.ts'

type LogSource = { readonly name: string; readonly path: string }

type Reading = {
  /** Milliseconds since 1970. */
  readonly since?: number | undefined
  /** Of each log, of what it holds when this begins. */
  readonly last?: number | undefined
  readonly follow: boolean
  readonly signal: AbortSignal
  readonly line: (source: LogSource, text: string) => void
  /** So many bytes were given up before they could be read. */
  readonly gap?: (source: LogSource, bytes: number) => void
}

const CHUNK_BYTES = 64 * 1024
const LOOK_MS = 100
/** A longer line is shown in pieces. */
const MAX_LINE = 1024 * 1024

export async function readLogs(sources: readonly LogSource[], reading: Reading): Promise<void> {
  const { since, last, follow, signal, line, gap } = reading
  const tails = sources.map((source) => {
    const { take, release } = lastOf<string>(last, (text) => line(source, text))
    const tail = openTail(source.path, { since, line: take, gap: (bytes) => gap?.(source, bytes) })
    return { ...tail, release }
  })
  for (const tail of tails) {
    tail.more()
    if (!follow) tail.end()
    tail.release()
  }
  while (follow && !signal.aborted) {
    await pause(LOOK_MS, undefined, { signal }).catch(() => undefined)
    for (const tail of tails) tail.more()
  }
  for (const tail of tails) tail.end()
}

/** The last place of which is known that everything before it is older, whatever somebody did to the clock. */
function startIn(path: string, since: number | undefined): number {
  if (since === undefined) return 0
  const now = Date.now()
  const notes = (readIfThere(timesPath(path)) ?? '').split('\n').flatMap((text): (readonly [number, number])[] => {
    const [time = Number.NaN, place = Number.NaN] = text.split(' ').map(Number)
    return Number.isFinite(time) && Number.isFinite(place) && text !== '' && time <= now ? [[time, place]] : []
  })
  const later = notes.findIndex(([time]) => time > since)
  return (later < 0 ? notes : notes.slice(0, later)).at(-1)?.[1] ?? 0
}

type Tail = {
  readonly since: number | undefined
  readonly line: (text: string) => void
  readonly gap: (bytes: number) => void
}

function openTail(path: string, { since, line, gap }: Tail) {
  let rest = Buffer.alloc(0)
  /** Of the stream. */
  let place: number | undefined
  /** The file that was written when it was last read to its end. */
  let live: LiveLog | undefined
  const chunk = Buffer.alloc(CHUNK_BYTES)

  /** Everything that is there now. */
  function more(): void {
    const found = statSync(path, { throwIfNoEntry: false })
    if (live && found?.ino === live.inode && live.base + found.size === place) return
    for (;;) {
      const file = openIfThere(path)
      if (file === undefined) return
      try {
        const kept = readKept(path)
        // Another file stands in its place by now, and what is kept is said of that one.
        if (statSync(path, { throwIfNoEntry: false })?.ino !== fstatSync(file).ino) continue
        if (readPieces(kept) && readLive(file, kept)) return
      } finally {
        closeSync(file)
      }
    }
  }

  /** False when pieces went while they were read: what is kept is to be looked at anew. */
  function readPieces(kept: KeptLog | undefined): boolean {
    place ??= Math.max(startIn(path, since), kept?.pieces[0]?.from ?? 0)
    for (const piece of kept?.pieces ?? []) if (place < piece.to && !readPiece(piece)) return false
    return true
  }

  function readPiece({ number, from, to, at, ends }: Piece): boolean {
    const file = openIfThere(piecePath(path, number))
    // Given up a moment ago, or by somebody else: then nobody says so, and it is over.
    if (file === undefined && readKept(path)?.pieces.some((piece) => piece.number === number) === false) return false
    skipTo(file === undefined ? to : from)
    if (file === undefined) return true
    try {
      for (let left = to - reached(); left > 0; left = to - reached()) {
        const count = readSync(file, chunk, 0, Math.min(chunk.length, left), reached() - from + at)
        if (count === 0) break
        take(chunk.subarray(0, count))
      }
      if (ends) end()
      return true
    } finally {
      closeSync(file)
    }
  }

  /** False when a part of it was put aside while it was read. */
  function readLive(file: number, kept: KeptLog | undefined): boolean {
    const now = liveOf(path, file, kept)
    if (!now) return true
    // What another program writes is no end of a line that this one began.
    if (live && live.inode !== now.inode) end()
    live = now
    skipTo(now.from)
    if (reached() > now.to) place = now.from
    // What comes meanwhile is for the next look: behind whoever writes without end this one would go on for ever.
    for (let left = now.to - reached(); left > 0; left = now.to - reached()) {
      const count = readSync(file, chunk, 0, Math.min(chunk.length, left), reached() - now.base)
      if (count === 0) return true
      // Where a part was put aside there is nothing but zeros by now.
      if (chunk.subarray(0, count).includes(0) && (readKept(path)?.from ?? 0) > reached()) return false
      take(chunk.subarray(0, count))
    }
    return true
  }

  function reached(): number {
    return place ?? 0
  }

  function skipTo(from: number): void {
    if (reached() >= from) return
    end()
    gap(from - reached())
    place = from
  }

  function take(bytes: Buffer): void {
    place = reached() + bytes.length
    let text = Buffer.concat([rest, bytes])
    for (let end = text.indexOf(0x0a); end >= 0 || text.length > MAX_LINE; end = text.indexOf(0x0a)) {
      const cut = end >= 0 ? end : MAX_LINE
      line(text.subarray(0, cut).toString('utf8'))
      text = text.subarray(end >= 0 ? cut + 1 : cut)
    }
    rest = Buffer.from(text)
  }

  /** What ends without a line's end is no beginning of what another program writes. */
  function end(): void {
    if (rest.length > 0) line(rest.toString('utf8'))
    rest = Buffer.alloc(0)
  }

  return { more, end }
}
