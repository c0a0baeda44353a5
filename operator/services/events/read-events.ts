// Reads the events of a project, and goes on as more are written: also while the file that is read takes the place of the older one.
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { isMissing } from '../../../system/files/errors.ts'
import type { NotedEvent } from './event-log.ts'
import { olderEvents } from './event-log.ts'

type Reading = {
  /** Of each, oldest first. */
  event(event: NotedEvent): void
  /** Those that were there have been read. */
  caughtUp?(): void
  readonly signal: AbortSignal
  /** Goes on until it is aborted. */
  readonly follow?: boolean
}

const LOOK_MS = 200
const PIECE_BYTES = 64 * 1024

export async function readEvents(path: string, { event, caughtUp, signal, follow = false }: Reading): Promise<void> {
  let current = openLines(path)
  try {
    const older = openLines(olderEvents(path))
    // It was put in its place just now, and is read below.
    if (older && older.inode !== current?.inode) older.read(event)
    older?.close()
    current?.read(event)
    caughtUp?.()
    while (follow && !signal.aborted) {
      await pause(LOOK_MS, undefined, { signal }).catch(() => undefined)
      current?.read(event)
      if (inodeOf(path) === current?.inode) continue
      // What was written into it between the last look and its end.
      current?.read(event)
      current?.close()
      current = openLines(path)
      current?.read(event)
    }
  } finally {
    current?.close()
  }
}

type Lines = { readonly inode: number; read(event: (one: NotedEvent) => void): void; close(): void }

function openLines(path: string): Lines | undefined {
  const file = openOr(path)
  if (file === undefined) return undefined
  const piece = Buffer.alloc(PIECE_BYTES)
  let rest = Buffer.alloc(0)
  return {
    inode: fstatSync(file).ino,
    read(event) {
      for (let length = readSync(file, piece); length > 0; length = readSync(file, piece)) {
        const text = Buffer.concat([rest, piece.subarray(0, length)])
        const end = text.lastIndexOf(0x0a) + 1
        rest = text.subarray(end)
        for (const line of text.toString('utf8', 0, end).split('\n')) {
          const found = parse(line)
          if (found) event(found)
        }
      }
    },
    close: () => closeSync(file),
  }
}

function openOr(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino
}

/** Half of a line, or one of another octo, is none. */
function parse(line: string): NotedEvent | undefined {
  try {
    const found = JSON.parse(line) as NotedEvent | null
    const isOne = found?.v === 1 && [found.at, found.kind, found.message].every((text) => typeof text === 'string')
    return isOne ? found : undefined
  } catch {
    return undefined
  }
}
