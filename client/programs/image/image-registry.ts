// A registry of images: documents and layers of one repository, each held to its digest.
import { closeSync, ftruncateSync, openSync } from 'node:fs'
import type { Layer } from '../../../oci/documents.ts'
import { notThere, openOciRepository } from '../../../oci/open-repository.ts'
import type { Digest } from '../../../schemas/digest.ts'
import { digestOf } from '../../../schemas/digest.ts'
import type { ImageName } from '../../../schemas/image-name.ts'
import { showImageName } from '../../../schemas/image-name.ts'
import { writeAll } from '../../../system/files/atomic-file.ts'
import { download } from '../../../system/http/download.ts'
import type { ClientContext } from '../../context.ts'
import { onStoreDisk } from '../../store/disk.ts'

export type ImageRegistry = Disposable & {
  /** Throws DIGEST_MISMATCH for other bytes. */
  manifest(digest: Digest): Promise<Buffer>
  /** What the tag means now. */
  digestOfTag(tag: string): Promise<Digest>
  /** A small blob: the config. Throws DIGEST_MISMATCH. */
  document(layer: Layer): Promise<Buffer>
  /** Writes a blob of the promised size; whoever asks compares its digest. */
  fetchTo(path: string, layer: Layer, advance: (bytes: number) => void): Promise<void>
}

/** Nothing is asked for yet. Throws OFFLINE. */
export async function openImageRegistry(image: ImageName, context: ClientContext): Promise<ImageRegistry> {
  const { host, path } = image
  const { env, report, network } = context
  const subject = showImageName(image)
  if (network.offline) await network.http(subject)
  const repository = await openOciRepository({ host, path, subject, env, onWait: report.waiting })
  const there = (found: Buffer | undefined) => {
    if (found) return found
    throw notThere(
      host,
      subject,
      'compare its name with what the registry lists; a login is taken from ~/.netrc, OCTO_CREDENTIALS or `docker login`',
    )
  }
  return {
    manifest: async (digest) => there(await repository.manifest(digest)),
    digestOfTag: async (tag) => digestOf(there(await repository.tagged(tag))),
    document: async (layer) => there(await repository.document(layer)),
    async fetchTo(target, { digest, size }, advance) {
      const http = await repository.open()
      const file = onStoreDisk(target, () => openSync(target, 'ax', 0o600))
      try {
        await download(http, { url: repository.blobAddress(digest), size, sink: sinkInto(file, target, advance) })
      } finally {
        closeSync(file)
        http[Symbol.dispose]()
      }
    },
    [Symbol.dispose]: () => repository[Symbol.dispose](),
  }
}

function sinkInto(file: number, path: string, advance: (bytes: number) => void) {
  const sink = {
    size: 0,
    origin: undefined as { readonly url: string; readonly etag?: string } | undefined,
    restart(origin: { readonly url: string; readonly etag?: string }) {
      onStoreDisk(path, () => ftruncateSync(file, 0))
      sink.size = 0
      sink.origin = origin
    },
    write(chunk: Uint8Array) {
      onStoreDisk(path, () => writeAll(file, chunk))
      sink.size += chunk.length
      advance(chunk.length)
    },
  }
  return sink
}
