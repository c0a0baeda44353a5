// The bytes of one regular file, as long as it is the file that it was when it was looked at.
import type { Stats } from 'node:fs'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { CallError } from '../../../sdk/service/index.ts'

type KnownFile = Pick<Stats, 'dev' | 'ino' | 'size'>

const CHUNK_BYTES = 256 * 1024
const [UNPROCESSABLE, CONFLICT] = [422, 409]

/** Follows no link, and waits for no pipe. Throws a CallError for what is no regular file or became another one. */
export async function* readFileBytes(path: string, known?: KnownFile): AsyncGenerator<Uint8Array> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants
  await using file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  const found = await file.stat()
  if (!found.isFile()) throw new CallError(`\`${path}\` is no regular file`, UNPROCESSABLE)
  if (known && (found.dev !== known.dev || found.ino !== known.ino || found.size !== known.size)) throw changed(path)
  let left = found.size
  for (;;) {
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(CHUNK_BYTES) })
    if (bytesRead === 0) break
    left -= bytesRead
    if (left < 0) throw changed(path)
    yield buffer.subarray(0, bytesRead)
  }
  if (left > 0) throw changed(path)
}

function changed(path: string): CallError {
  return new CallError(`\`${path}\` changed while it was read`, CONFLICT)
}
