// Bytes become a file of the plugin while they are hashed and counted: what is handed over is what was hashed.
import { createHash } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import type { CallContext, Location } from '../../../sdk/service/index.ts'
import { CallError } from '../../../sdk/service/index.ts'

type WrittenBlob = { readonly location: Location; readonly digest: string; readonly size: number }

type BlobBounds = { readonly mediaType: string; readonly maxBytes: number }

const TOO_LARGE = 413

/** Throws a CallError of status 413 for more than `maxBytes`. Nothing is left of what failed. */
export async function writeHashed(
  bytes: AsyncIterable<Uint8Array>,
  { mediaType, maxBytes }: BlobBounds,
  { files, signal }: Pick<CallContext, 'files' | 'signal'>,
): Promise<WrittenBlob> {
  const { path, location } = files.path({ mediaType })
  const hash = createHash('sha256')
  let size = 0
  async function* counted() {
    for await (const chunk of bytes) {
      size += chunk.length
      if (size > maxBytes) throw new CallError(`it holds more than ${maxBytes} bytes`, TOO_LARGE)
      hash.update(chunk)
      yield chunk
    }
  }
  try {
    await using file = await open(path, 'wx', 0o600)
    await file.writeFile(counted(), { signal })
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
  return { location, digest: `sha256:${hash.digest('hex')}`, size }
}
