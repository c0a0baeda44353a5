// What services wrote, from their own files: those that were put aside first, then on as more is written.
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { readIfThere } from '../../system/files/atomic-file.ts'
import { KEPT_LOGS, sizeOf, timesPath } from './log-files.ts'

type LogSource = { readonly name: string; readonly path: string }

type Reading = {
  /** Milliseconds since 1970. */
  readonly since?: number
  readonly follow: boolean
  readonly signal: AbortSignal
  readonly line: (source: LogSource, text: string) => void
}

const CHUNK_BYTES = 64 * 1024
const LOOK_MS = 100
/** A longer line is shown in pieces. */
const MAX_LINE = 1024 * 1024

export async function readLogs(sources: readonly LogSource[], { since, follow, signal, line }: Reading): Promise<void> {
  const tails = sources.map((source) => {
    const tail = openTail((text) => line(source, text))
    for (const path of [...asideOf(source.path), source.path]) tail.read(path, startIn(path, since))
    return { source, tail }
  })
  while (follow && !signal.aborted) {
    await pause(LOOK_MS, undefined, { signal }).catch(() => undefined)
    for (const { source, tail } of tails) tail.more(source.path)
  }
  for (const { tail } of tails) tail.end()
}

/** Oldest first. */
function asideOf(path: string): readonly string[] {
  return Array.from({ length: KEPT_LOGS }, (_, at) => `${path}.${KEPT_LOGS - at}`).filter((one) => sizeOf(one) >= 0)
}

/** The last place of which is known that everything before it is older. */
function startIn(path: string, since: number | undefined): number {
  if (since === undefined) return 0
  const notes = (readIfThere(timesPath(path)) ?? '').split('\n').flatMap((text): (readonly [number, number])[] => {
    const [time = Number.NaN, size = Number.NaN] = text.split(' ').map(Number)
    return Number.isFinite(time) && Number.isFinite(size) && text !== '' ? [[time, size]] : []
  })
  return notes.findLast(([time]) => time <= since)?.[1] ?? 0
}

function openTail(line: (text: string) => void) {
  let rest = Buffer.alloc(0)
  let place: { readonly inode: number; at: number } | undefined

  function read(path: string, from: number): void {
    const file = openIfThere(path)
    if (file === undefined) return
    if (fstatSync(file).ino !== place?.inode) end()
    try {
      place = { inode: fstatSync(file).ino, at: from }
      readOn(file, place)
    } finally {
      closeSync(file)
    }
  }

  function readOn(file: number, current: { at: number }): void {
    const chunk = Buffer.alloc(CHUNK_BYTES)
    for (let count = readSync(file, chunk, 0, chunk.length, current.at); count > 0; ) {
      current.at += count
      take(chunk.subarray(0, count))
      count = readSync(file, chunk, 0, chunk.length, current.at)
    }
  }

  function take(bytes: Buffer): void {
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

  return {
    ...{ read, end },
    /** A log that was put aside is read to its end under its new name first. */
    more(path: string): void {
      const found = statSync(path, { throwIfNoEntry: false })
      if (!found) return
      if (place && found.ino !== place.inode) {
        const before = openIfThere(`${path}.1`)
        if (before !== undefined) {
          if (fstatSync(before).ino === place.inode) readOn(before, place)
          closeSync(before)
        }
        read(path, 0)
      } else if (place === undefined || found.size > place.at) read(path, place?.at ?? 0)
    },
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
