// Sends bytes from disk with two buffers: while one is written to the socket, the next is read into the other.
import type { FileHandle } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import type { ByteRange } from './conditions.ts'

const LARGE_CHUNK = 1024 * 1024
const SMALL_CHUNK = 64 * 1024
/** Transfers that may use large chunks at once; with two for each this bounds their memory. */
const MAX_LARGE = 16

const spare: Buffer[] = []
let large = 0

/** Ends the response; breaks it off when the file is shorter than promised or the client has gone. */
export async function sendFile(file: FileHandle, res: ServerResponse, range: ByteRange): Promise<void> {
  const isLarge = range.end - range.start >= SMALL_CHUNK && large < MAX_LARGE
  if (isLarge) large++
  const buffers = isLarge
    ? [take(), take()]
    : [Buffer.allocUnsafeSlow(SMALL_CHUNK), Buffer.allocUnsafeSlow(SMALL_CHUNK)]
  try {
    const isWhole = await pump(file, res, { range, buffers })
    if (isWhole) res.end()
    else res.destroy()
  } finally {
    if (isLarge) {
      large--
      spare.push(...buffers)
    }
  }
}

type Pump = { readonly range: ByteRange; readonly buffers: readonly Buffer[] }

async function pump(file: FileHandle, res: ServerResponse, { range, buffers }: Pump): Promise<boolean> {
  const read = (at: number, turn: number) => {
    const buffer = buffers[turn % 2] as Buffer
    return file.read(buffer, 0, Math.min(buffer.length, range.end - at + 1), at)
  }
  let at = range.start
  let next = read(at, 0)
  for (let turn = 0; ; turn++) {
    const { bytesRead, buffer } = await next
    at += bytesRead
    const isLast = at > range.end
    if (bytesRead > 0 && !isLast) next = read(at, turn + 1)
    const isSent = bytesRead > 0 && (await written(res, buffer.subarray(0, bytesRead)))
    if (isLast) return isSent
    if (!isSent) {
      // The buffer must not go back while the disk still writes into it.
      if (bytesRead > 0) await next.catch(() => undefined)
      return false
    }
  }
}

/** Resolves once the bytes have left our buffer; false when the client has gone. */
function written(res: ServerResponse, chunk: Buffer): Promise<boolean> {
  if (res.destroyed) return Promise.resolve(false)
  return new Promise((resolve) => {
    const gone = () => resolve(false)
    res.once('close', gone)
    res.write(chunk, (error) => {
      res.off('close', gone)
      resolve(!error)
    })
  })
}

function take(): Buffer {
  return spare.pop() ?? Buffer.allocUnsafeSlow(LARGE_CHUNK)
}
