// A registry of images, over the distribution API of OCI: documents and layers of one repository, each held to its digest.
import { closeSync, ftruncateSync, openSync } from 'node:fs'
import type { Digest } from '../../../schemas/digest.ts'
import { digestOf, isDigest } from '../../../schemas/digest.ts'
import { coded } from '../../../schemas/errors.ts'
import type { ImageName } from '../../../schemas/image-name.ts'
import { showImageName } from '../../../schemas/image-name.ts'
import { quote } from '../../../schemas/quote.ts'
import { writeAll } from '../../../system/files/atomic-file.ts'
import { download } from '../../../system/http/download.ts'
import { isLoopback } from '../../../system/http/loopback.ts'
import type { Http } from '../../../system/http/open-http.ts'
import { openHttp } from '../../../system/http/open-http.ts'
import { isNotFound, refusalOf } from '../../../system/http/refusal.ts'
import { retrying } from '../../../system/http/retry.ts'
import type { ClientContext } from '../../context.ts'
import { onDisk } from '../../store/disk.ts'
import type { Descriptor } from './image-documents.ts'
import { MAX_DOCUMENT_BYTES } from './image-documents.ts'
import { readBytes } from './read-bytes.ts'
import { registryLogin } from './registry-login.ts'

export type ImageRegistry = Disposable & {
  /** Throws DIGEST_MISMATCH for other bytes. */
  manifest(digest: Digest): Promise<Buffer>
  /** What the tag means now. */
  digestOfTag(tag: string): Promise<Digest>
  /** A small blob: the config. Throws DIGEST_MISMATCH. */
  document(descriptor: Descriptor): Promise<Buffer>
  /** Writes a blob of the promised size; whoever asks compares its digest. */
  fetchTo(path: string, descriptor: Descriptor, advance: (bytes: number) => void): Promise<void>
}

const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

/** Nothing is asked for yet. Throws OFFLINE. */
export async function openImageRegistry(image: ImageName, context: ClientContext): Promise<ImageRegistry> {
  const { host, path } = image
  const { env, report, network } = context
  const base = baseOf(host)
  if (network.offline) await network.http(showImageName(image))
  const credentials = registryLogin({ host, path, base, env })
  const opened = new Set<Http>()
  const open = async () => {
    const http = await openHttp({ env, credentials, ...(report.waiting ? { onWait: report.waiting } : {}) })
    opened.add(http)
    return http
  }
  const reading = await open()
  const at = (kind: 'manifests' | 'blobs', reference: string) => new URL(`/v2/${path}/${kind}/${reference}`, base)

  async function bytesAt(url: URL): Promise<Buffer> {
    return retrying(async (attempt) => {
      const answer = await reading.get(url, { accept: ACCEPT, 'accept-encoding': 'identity' }, attempt)
      if (isNotFound(answer)) {
        answer.discard()
        throw notThere(image)
      }
      if (answer.status !== 200) throw await refusalOf(answer)
      return readBytes(answer, MAX_DOCUMENT_BYTES)
    })
  }

  return {
    manifest: async (digest) => requireDigest(await bytesAt(at('manifests', digest)), digest, image),
    digestOfTag: async (tag) => digestOf(await bytesAt(at('manifests', tag))),
    document: async ({ digest }) => requireDigest(await bytesAt(at('blobs', digest)), digest, image),
    async fetchTo(target, { digest, size }, advance) {
      // Tokens end while large layers are read, so that each has a connection that asks for its own.
      const http = await open()
      const file = onDisk(target, () => openSync(target, 'ax', 0o600))
      try {
        await download(http, { url: at('blobs', digest), size, sink: sinkInto(file, target, advance) })
      } finally {
        closeSync(file)
        http[Symbol.dispose]()
      }
    },
    [Symbol.dispose]() {
      for (const http of opened) http[Symbol.dispose]()
    },
  }
}

/** Without encryption only on this machine itself, as docker does it. */
function baseOf(host: string): URL {
  if (host === 'docker.io') return new URL('https://registry-1.docker.io')
  const url = new URL(`https://${host}`)
  return isLoopback(url) ? new URL(`http://${host}`) : url
}

function requireDigest(bytes: Buffer, digest: Digest, image: ImageName): Buffer {
  const found = digestOf(bytes)
  if (found === digest) return bytes
  const subject = showImageName(image)
  throw coded('DIGEST_MISMATCH', {
    message: `${quote(subject)} has other bytes, expected \`${digest}\`, found \`${found}\``,
    details: { subject, expected: digest, found },
  })
}

function sinkInto(file: number, path: string, advance: (bytes: number) => void) {
  const sink = {
    size: 0,
    origin: undefined as { readonly url: string; readonly etag?: string } | undefined,
    restart(origin: { readonly url: string; readonly etag?: string }) {
      onDisk(path, () => ftruncateSync(file, 0))
      sink.size = 0
      sink.origin = origin
    },
    write(chunk: Uint8Array) {
      onDisk(path, () => writeAll(file, chunk))
      sink.size += chunk.length
      advance(chunk.length)
    },
  }
  return sink
}

function notThere(image: ImageName): Error {
  const subject = showImageName(image)
  const isPinned = isDigest(image.digest)
  return coded('FETCH_REFUSED', {
    message: `registry ${quote(image.host)} has no ${quote(subject)}${isPinned ? '' : ', or shows it to nobody without a login'}`,
    details: { image: subject, status: 404 },
  })
}
