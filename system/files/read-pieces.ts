// Bytes of stored files. They are proven by whoever reads them, as everything is.
import { closeSync, createReadStream, openSync, readSync } from 'node:fs'
import { onDisk } from './errors.ts'

const PIECE_BYTES = 1024 * 1024

export function readPieces(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: PIECE_BYTES })
}

export function readHead(path: string, length: number): Uint8Array {
  return onDisk(path, () => {
    const file = openSync(path, 'r')
    try {
      const head = Buffer.alloc(length)
      return head.subarray(0, readSync(file, head))
    } finally {
      closeSync(file)
    }
  })
}
