// Where log lines go. A log that cannot be written, such as one on the full disk of the data, must neither stop nor hold up a
// registry: lines wait for a while, and then the newest are lost.
import { write, writeSync } from 'node:fs'

type LogDestination = {
  write(line: string): void
  /** For the end of the process: what can be written at once is written. */
  flushSync(): void
}

const FLUSH_BYTES = 4096
const FLUSH_EVERY_MS = 250
const MAX_HELD_BYTES = 1024 * 1024

export function openLogDestination(fd: number): LogDestination {
  let held: Buffer[] = []
  let bytes = 0
  let isWriting = false

  function keep(chunk: Buffer): void {
    held.push(chunk)
    bytes += chunk.length
  }

  function take(): Buffer {
    const all = Buffer.concat(held)
    held = []
    bytes = 0
    return all
  }

  function flush(): void {
    if (isWriting || bytes === 0) return
    isWriting = true
    const chunk = take()
    write(fd, chunk, (error, written = 0) => {
      isWriting = false
      // What was not taken goes first the next time; after an error that is when the timer comes.
      const rest = chunk.subarray(error ? 0 : written)
      if (rest.length === 0) return
      held.unshift(rest)
      bytes += rest.length
      if (!error) flush()
    })
  }

  setInterval(flush, FLUSH_EVERY_MS).unref()
  return {
    write(line) {
      if (bytes > MAX_HELD_BYTES) return
      keep(Buffer.from(line))
      if (bytes >= FLUSH_BYTES) flush()
    },
    flushSync() {
      try {
        for (let rest = take(); rest.length > 0; ) rest = rest.subarray(writeSync(fd, rest))
      } catch {
        // Nobody is left who could be told.
      }
    },
  }
}
