// Blobs in memory, which keep the promises of the port: the shortest thing that can stand behind it.
import { buffer } from 'node:stream/consumers'
import type { BlobStore } from '../../../registry/blobs/store.ts'
import type { Digest } from '../../../schemas/digest.ts'
import { coded } from '../../../schemas/errors.ts'
import { createDigestGate } from '../../../trust/artifact/digest-gate.ts'

type MemoryBlob = { readonly bytes: Buffer; readonly writtenAtMs: number; readonly generation: string }

type MemoryBlobs = BlobStore & {
  /** Puts something that is no blob among them. */
  addStray(name: string): void
}

export function openMemoryBlobs(): MemoryBlobs {
  const blobs = new Map<Digest, MemoryBlob>()
  const strays: string[] = []
  let puts = 0

  return {
    async put({ digest, size, read }) {
      const gate = createDigestGate({ digest, size }, digest)
      const bytes = await buffer(gated(read(), gate.update))
      gate.finish()
      blobs.set(digest, { bytes, writtenAtMs: Date.now(), generation: String(++puts) })
    },
    async *open(digest, { start, end } = { start: 0, end: Number.MAX_SAFE_INTEGER }) {
      const blob = blobs.get(digest)
      if (!blob) throw coded('DATA_DIR_CORRUPT', { message: `the bytes of blob \`${digest}\` are not there` })
      // Several pieces of even the smallest, so that something can happen between two of them.
      const size = Math.max(4, Math.ceil(blob.bytes.length / 64))
      for (let at = start; at < Math.min(end, blob.bytes.length); at += size)
        yield Buffer.from(blob.bytes.subarray(at, Math.min(at + size, end)))
    },
    async stat(digest) {
      const blob = blobs.get(digest)
      return blob && { size: blob.bytes.length, writtenAtMs: blob.writtenAtMs, generation: blob.generation }
    },
    delete: async (digest, generation) => blobs.get(digest)?.generation === generation && blobs.delete(digest),
    purge: async () => 0,
    async *list() {
      yield* [...blobs.keys(), ...strays.map((stray) => ({ stray }))]
    },
    freeSpace: async () => undefined,
    requireInPlace: async () => undefined,
    addStray: (name) => void strays.push(name),
  }
}

async function* gated(chunks: AsyncIterable<Uint8Array>, update: (chunk: Uint8Array) => void) {
  for await (const chunk of chunks) {
    update(chunk)
    yield chunk
  }
}
