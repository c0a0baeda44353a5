// The lines that come to a file which a plugin writes, from a place in it on. What was before is for `octo plugin logs`. A plugin may
// write faster than anybody reads: each look is over soon, and what is too far behind is passed over.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { watchLines } from '../../../system/process/watch-lines.ts'
import { liveOf } from '../../logs/kept-log.ts'

type LogTail = {
  /** What is there now, or the beginning of it. */
  more(): void
  /** What is there now, and a last line that has no end. */
  end(): void
}

type Reading = {
  readonly onLine: (line: string, isWhole: boolean) => void
  /** So many bytes will not be told; none are passed over when absent. */
  readonly onGap?: (bytes: number) => void
}

const CHUNK_BYTES = 64 * 1024
const LINE_BYTES = 64 * 1024
/** In one look: everything else of this process waits meanwhile. */
const LOOK_BYTES = 1024 * 1024
/** Less than what is put aside of a log at once. */
const BEHIND_BYTES = 8 * 1024 * 1024

export function openLogTail(path: string, from: number, { onLine, onGap }: Reading): LogTail {
  const lines = watchLines(LINE_BYTES, (line, isWhole) => onLine(line.toString('utf8'), isWhole))
  const chunk = Buffer.alloc(CHUNK_BYTES)
  let at = from

  /** Not beyond what is there when it begins: that would be for ever. */
  function read(mostBytes: number): void {
    const file = openIfPossible(path)
    if (file === undefined) return
    try {
      const { size } = fstatSync(file)
      if (onGap && size - at > BEHIND_BYTES) passOver(size - LOOK_BYTES, onGap)
      for (const end = Math.min(size, at + mostBytes); at < end; ) {
        const bytes = chunk.subarray(0, readSync(file, chunk, 0, Math.min(chunk.length, end - at), at))
        if (bytes.length === 0) return
        const kept = bytes.includes(0) ? keptFrom(file) : at
        if (onGap && kept > at) passOver(kept, onGap)
        else {
          at += bytes.length
          lines.add(bytes)
        }
      }
    } finally {
      closeSync(file)
    }
  }

  /** Where a part was put aside there is nothing but zeros by now. */
  function keptFrom(file: number): number {
    const live = liveOf(path, file)
    return live ? live.from - live.base : at
  }

  function passOver(to: number, tell: (bytes: number) => void): void {
    lines.finish()
    tell(to - at)
    at = to
  }

  return {
    more: () => read(LOOK_BYTES),
    end() {
      read(BEHIND_BYTES)
      lines.finish()
    },
  }
}

/** Where this process has too much open, it is looked at a moment later. */
function openIfPossible(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch {
    return undefined
  }
}
