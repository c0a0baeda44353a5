// Log lines on standard error. Nothing that the host does there ends or stops the plugin: neither that it has gone, nor that it does
// not read, which is usual until it has found the plugin healthy.
import { fstatSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import type { Lines } from './log.ts'

/** What waits for a host that does not read; lines beyond it are dropped and counted. */
const MAX_WAITING_BYTES = 1024 * 1024
const FLUSH_MS = 250

type StderrLines = Lines & {
  /** Settles when all is written, or a moment later. */
  flush(): Promise<void>
}

export function openStderrLines(): StderrLines {
  const stream = openStderr()
  let dropped = 0
  let isGone = false
  stream.on('error', () => {
    isGone = true
  })
  const write = (line: string) => {
    if (isGone) return
    if (stream.writableLength > MAX_WAITING_BYTES) {
      dropped += 1
      return
    }
    if (dropped > 0) stream.write(droppedLine(dropped))
    dropped = 0
    stream.write(`${line}\n`)
  }
  return {
    write,
    flush() {
      const { promise, resolve } = Promise.withResolvers<void>()
      if (isGone || stream.writableLength === 0) resolve()
      setTimeout(resolve, FLUSH_MS).unref()
      stream.once('error', () => resolve()).write('', () => resolve())
      return promise
    },
  }
}

/** For the last words of a process that ends at once. */
export function writeStderrNow(line: string): void {
  try {
    writeSync(2, `${line}\n`)
  } catch {
    // Nobody is there to read them.
  }
}

/** Node writes to a pipe of its own standard error and waits until there is room, for ever where nobody reads. */
function openStderr(): Writable {
  if (process.platform !== 'win32' && fstatSync(2).isFIFO())
    return new Socket({ fd: 2, readable: false, writable: true })
  return process.stderr
}

function droppedLine(count: number): string {
  return `${JSON.stringify({ time: new Date().toISOString(), level: 'WARN', msg: 'log lines were dropped: the host did not read', count })}\n`
}
