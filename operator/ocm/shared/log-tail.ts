// The lines that come to a file which a plugin writes, from a place in it on. What was before is for `octo plugin logs`.
import { closeSync, openSync, readSync } from 'node:fs'
import { isMissing } from '../../../system/files/errors.ts'
import { watchLines } from '../../../system/process/watch-lines.ts'

type LogTail = {
  /** Everything that is there now. */
  more(): void
  /** A last line may have no end. */
  end(): void
}

const CHUNK_BYTES = 64 * 1024
const LINE_BYTES = 64 * 1024

export function openLogTail(path: string, from: number, onLine: (line: string, isWhole: boolean) => void): LogTail {
  const lines = watchLines(LINE_BYTES, onLine)
  const chunk = Buffer.alloc(CHUNK_BYTES)
  let at = from
  return {
    more() {
      const file = openIfThere(path)
      if (file === undefined) return
      try {
        for (;;) {
          const count = readSync(file, chunk, 0, chunk.length, at)
          if (count === 0) return
          at += count
          lines.add(chunk.subarray(0, count))
        }
      } finally {
        closeSync(file)
      }
    },
    end: () => lines.finish(),
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
