// One repository of a registry of images or components, over the distribution API of OCI: documents by tag or held to their digest,
// and the addresses of what is too large for a document. The only place that speaks to such registries.
import type { Digest } from '../schemas/digest.ts'
import { coded } from '../schemas/errors.ts'
import { quote } from '../schemas/quote.ts'
import { isLoopback } from '../system/http/loopback.ts'
import type { Answer, Http } from '../system/http/open-http.ts'
import { openHttp } from '../system/http/open-http.ts'
import type { Environment } from '../system/http/proxy.ts'
import { reachFrom } from '../system/http/reach.ts'
import { readBody } from '../system/http/read-body.ts'
import { isNotFound, refusalOf } from '../system/http/refusal.ts'
import { retrying } from '../system/http/retry.ts'
import { DOCUMENT_MS, startWholeTime } from '../system/http/whole-time.ts'
import type { Layer } from './documents.ts'
import { MAX_DOCUMENT_BYTES, requireDigest } from './documents.ts'
import { hintOf, registryLogin } from './registry-login.ts'
import { listTags } from './tag-list.ts'

export type OciRepository = Disposable & {
  /** What the tag means now; undefined where there is none. */
  tagged(tag: string): Promise<Buffer | undefined>
  /** A manifest or index; undefined where there is none. Throws DIGEST_MISMATCH for other bytes. */
  manifest(digest: Digest): Promise<Buffer | undefined>
  /** A small blob; undefined where there is none. Throws DIGEST_MISMATCH for other bytes. */
  document(layer: Pick<Layer, 'digest'>): Promise<Buffer | undefined>
  /** All of them, however the registry divides them. Throws LIMIT_EXCEEDED. */
  tags(): Promise<ReadonlySet<string>>
  blobAddress(digest: Digest): URL
  /** For a large blob, which is fetched by whoever asks. Tokens end while one is read, so that each has a connection of its own. */
  open(): Promise<Http>
}

type Place = {
  /** With its port, as people write it. */
  readonly host: string
  /** e.g. `library/nginx` */
  readonly path: string
  /** What errors call it. */
  readonly subject: string
  readonly env: Environment
  readonly onWait?: ((line: string) => void) | undefined
}

const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

/** Nothing is asked for yet. */
export async function openOciRepository({ host, path, subject, env, onWait }: Place): Promise<OciRepository> {
  const base = registryBase(host)
  const reach = reachFrom(base)
  const credentials = registryLogin({ host, path, base, env, reach })
  const opened = new Set<Http>()
  const open = async () => {
    const http = await openHttp({ env, credentials, reach, hintOf, onWait })
    opened.add(http)
    return http
  }
  const reading = await open()
  const at = (kind: 'manifests' | 'blobs', reference: string) => new URL(`/v2/${path}/${kind}/${reference}`, base)
  const pinned = async (kind: 'manifests' | 'blobs', digest: Digest) => {
    const bytes = await bytesAt(reading, at(kind, digest))
    return bytes && requireDigest(bytes, digest, subject)
  }
  return {
    tagged: (tag) => bytesAt(reading, at('manifests', tag)),
    manifest: (digest) => pinned('manifests', digest),
    document: ({ digest }) => pinned('blobs', digest),
    tags: () =>
      listTags({ first: new URL(`/v2/${path}/tags/list`, base), subject, ask: (url) => answerAt(reading, url) }),
    blobAddress: (digest) => at('blobs', digest),
    open,
    [Symbol.dispose]() {
      for (const http of opened) http[Symbol.dispose]()
    },
  }
}

/** Without encryption only on this machine itself, as docker does it. */
function registryBase(host: string): URL {
  if (host === 'docker.io') return new URL('https://registry-1.docker.io')
  const url = new URL(`https://${host}`)
  return isLoopback(url) ? new URL(`http://${host}`) : url
}

type Whole = { readonly headers: Answer['headers']; readonly bytes: Buffer }

async function bytesAt(http: Http, url: URL): Promise<Buffer | undefined> {
  return (await answerAt(http, url))?.bytes
}

/** As it is, without a coding: digests are of these very bytes. */
async function answerAt(http: Http, url: URL): Promise<Whole | undefined> {
  const time = startWholeTime(DOCUMENT_MS)
  return retrying(async (attempt) => {
    const answer = await http.get(url, { accept: ACCEPT, 'accept-encoding': 'identity' }, attempt)
    if (isNotFound(answer)) {
      answer.discard()
      return undefined
    }
    if (answer.status !== 200) throw await refusalOf(answer)
    return { headers: answer.headers, bytes: await readBody(answer, MAX_DOCUMENT_BYTES, time.chunksOf(answer)) }
  })
}

/** Throws FETCH_REFUSED for what a registry does not have, or does not show. */
export function notThere(host: string, subject: string, hint?: string): Error {
  return coded('FETCH_REFUSED', {
    message: `registry ${quote(host)} has no ${quote(subject)}, or shows it to nobody without a login`,
    details: { subject, status: 404 },
    hint,
  })
}
