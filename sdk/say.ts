// Lines on standard output, where whoever started the plugin reads its answer.
import { writeSync } from 'node:fs'
import { standStill } from './stand-still.ts'

const PAUSE_MS = 5

/** Synchronous, so that the line is written even when the process ends at once. */
export function say(text: string): void {
  let rest = Buffer.from(`${text}\n`)
  while (rest.length > 0) rest = rest.subarray(writeSome(rest))
}

/** 0 when there is no room yet, as whoever reads may have made the pipe one that does not wait. */
function writeSome(bytes: Buffer): number {
  try {
    return writeSync(1, bytes)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    standStill(PAUSE_MS)
    return 0
  }
}
