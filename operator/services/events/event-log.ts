// The events of a project on disk, one JSON object a line, in two files of a bounded size: the newer one is written, and takes the
// place of the older one when it is full. That one cannot be written holds up no service; how many is said by the next that can.
import { closeSync, constants, fstatSync, openSync, readSync, renameSync } from 'node:fs'
import { writeAll } from '../../../system/files/atomic-file.ts'
import { oneLine } from '../life/said-by-others.ts'
import type { ServiceEvent } from './event.ts'

/** As it stands in a line. */
export type NotedEvent = ServiceEvent & { readonly v: 1; readonly at: string }

export type EventLog = Disposable & {
  /** Never throws. */
  write(event: ServiceEvent): void
  /** Events that could not be written, since it was opened. */
  lost(): number
}

/** Of each of the two files. */
const MAX_EVENTS_BYTES = 1024 * 1024

/** `events.jsonl` and, before it, `events.1.jsonl`. */
export function olderEvents(path: string): string {
  return path.replace(/\.jsonl$/, '.1.jsonl')
}

const APPEND = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW

/** Only who holds the lock of the project may. */
export function openEventLog(path: string, now: () => number = Date.now, maxBytes = MAX_EVENTS_BYTES): EventLog {
  let file: number | undefined
  /** What stands there ends within a line. */
  let isTorn = false
  let unsaid = 0
  let lost = 0

  function open(): number {
    if (file !== undefined) return file
    file = openSync(path, APPEND, 0o600)
    isTorn = !endsWithLine(file)
    return file
  }

  function close(): void {
    const open = file
    file = undefined
    if (open !== undefined) closeSync(open)
  }

  function closeAnyway(): void {
    try {
      close()
    } catch {
      // What a disk says late is lost with the event.
    }
  }

  function makeRoom(bytes: number): void {
    if (fstatSync(open()).size + bytes <= maxBytes) return
    renameSync(path, olderEvents(path))
    close()
  }

  function append(event: ServiceEvent): void {
    const noted: NotedEvent = { v: 1, at: new Date(now()).toISOString(), ...event, message: oneLine(event.message) }
    const line = `${JSON.stringify(noted)}\n`
    makeRoom(Buffer.byteLength(line))
    const to = open()
    const text = isTorn ? `\n${line}` : line
    isTorn = true
    writeAll(to, Buffer.from(text))
    isTorn = false
  }

  return {
    write(event) {
      try {
        if (unsaid > 0) append({ kind: 'lost', message: `${unsaid} before this could not be written down` })
        unsaid = 0
        append(event)
      } catch {
        unsaid++
        lost++
        // The next one is written where the path then leads: this file may have been taken away.
        closeAnyway()
      }
    },
    lost: () => lost,
    [Symbol.dispose]: close,
  }
}

function endsWithLine(file: number): boolean {
  const { size } = fstatSync(file)
  if (size === 0) return true
  const last = Buffer.alloc(1)
  readSync(file, last, 0, 1, size - 1)
  return last[0] === 0x0a
}
