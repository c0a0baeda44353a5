// Sends bytes of the tree that are not in memory. Where the store can read into memory of ours, with two buffers: while one is written
// to the socket, the next is read into the other.
import type { ServerResponse } from 'node:http'
import type { OpenedFile } from '../../static-tree/write/store.ts'
import type { ByteRange } from './conditions.ts'

const LARGE_CHUNK = 1024 * 1024
const SMALL_CHUNK = 64 * 1024
/** Transfers that may use large chunks at once; with two for each this bounds their memory. */
const MAX_LARGE = 16

const spare: Buffer[] = []
let large = 0

/** Ends the response; breaks it off when the file is shorter than promised or the client has gone. */
export async function sendFile(file: OpenedFile, res: ServerResponse, range: ByteRange): Promise<void> {
  const { readInto } = file
  const isWhole = readInto ? await sendByTurns(readInto, res, range) : await sendPieces(file, res, range)
  if (isWhole) res.end()
  else res.destroy()
}

async function sendPieces(file: OpenedFile, res: ServerResponse, { start, end }: ByteRange): Promise<boolean> {
  let at = start
  for await (const piece of file.read({ start, end: end + 1 })) {
    at += piece.length
    if (!(await written(res, piece))) return false
  }
  return at > end
}

type ReadInto = NonNullable<OpenedFile['readInto']>

async function sendByTurns(readInto: ReadInto, res: ServerResponse, range: ByteRange): Promise<boolean> {
  const isLarge = range.end - range.start >= SMALL_CHUNK && large < MAX_LARGE
  if (isLarge) large++
  const buffers = isLarge
    ? [take(), take()]
    : [Buffer.allocUnsafeSlow(SMALL_CHUNK), Buffer.allocUnsafeSlow(SMALL_CHUNK)]
  try {
    return await pump(readInto, res, { range, buffers })
  } finally {
    if (isLarge) {
      large--
      spare.push(...buffers)
    }
  }
}

type Pump = { readonly range: ByteRange; readonly buffers: readonly Buffer[] }

async function pump(readInto: ReadInto, res: ServerResponse, { range, buffers }: Pump): Promise<boolean> {
  const read = async (at: number, turn: number) => {
    const buffer = buffers[turn % 2] as Buffer
    const bytesRead = await readInto(buffer.subarray(0, range.end - at + 1), at)
    return { bytesRead, buffer }
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
function written(res: ServerResponse, chunk: Uint8Array): Promise<boolean> {
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
