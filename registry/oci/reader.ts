// Answers the OCI Distribution API, as far as it pulls, in front of the framework: what is rendered comes from memory where everybody
// may read it, bytes of releases from the tree. What clients of containers and of the Open Component Model see of a registry.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { coded, isCoded } from '../../schemas/errors.ts'
import { isName } from '../../schemas/name.ts'
import { quote } from '../../schemas/quote.ts'
import { basePath, parseBaseUrl } from '../../static-tree/base-url.ts'
import { blobPath } from '../../static-tree/paths.ts'
import type { PullTokens } from '../auth/pull-token.ts'
import type { ReadGate } from '../auth/read-gate.ts'
import { pluginComponent, repoComponent } from '../component-name.ts'
import type { RegistryServices } from '../context.ts'
import type { Visibility } from '../db/records.ts'
import { isFatal } from '../fatal.ts'
import { ByteCache } from '../read/byte-cache.ts'
import type { TreeReader } from '../read/reader.ts'
import { sendFromMemory } from '../read/send-entry.ts'
import type { OciAddress, OciPlace, OciRepository } from './address.ts'
import { namesOfRepository, readOciAddress } from './address.ts'
import type { OciPart } from './component-version.ts'
import type { FoundComponent } from './components.ts'
import { Components } from './components.ts'
import type { OciEntry, Sending } from './entry.ts'
import { entryOf } from './entry.ts'
import { challengeFor, sendToken } from './login.ts'
import type { Exchange } from './small-answers.ts'
import { sendPing, sendReferrers, sendTags } from './small-answers.ts'

type OciReader = {
  /** Takes the request if its address is of the OCI face; false leaves it untouched. */
  handle(req: IncomingMessage, res: ServerResponse): boolean
  /** The bytes at a path of the tree changed. For `tree.onChange`. */
  forget(path: string): void
}

type OciReaderOptions = {
  readonly services: RegistryServices
  readonly gate: ReadGate
  readonly pullTokens: PullTokens
  readonly trees: Readonly<Record<Visibility, Pick<TreeReader, 'send'>>>
  /** Writes an error answer. */
  readonly refuse: (req: IncomingMessage, res: ServerResponse, error: unknown) => void
}

type Pinned = Extract<OciAddress, { kind: 'manifest' | 'blob' }>
/** What is said of a repository and reads it. */
type Named = Exclude<OciAddress, { kind: 'ping' | 'token' | 'upload' }>

const CACHE_BYTES = 32 * 1024 * 1024
const PLUGIN_DOCUMENT = /^repos\/([^/]+)\/([^/]+)\.json$/
/** A repo that left the tree. */
const REPO_FOLDER = /^repos\/([^/]+)\/$/

type Opened = {
  readonly visibility: Visibility
  /** How much had changed before anything was asked. */
  readonly before: number
}

export function createOciReader(options: OciReaderOptions): OciReader {
  const { services, gate, pullTokens, trees, refuse } = options
  const { config, metadata, clock } = services
  const place: OciPlace = { domain: config.componentDomain, sitePath: basePath(parseBaseUrl(config.baseUrl)) }
  const components = new Components(metadata, place.domain)
  /** By address; of public repos only, as what is here is sent without asking anybody. */
  const cache = new ByteCache<OciEntry>(CACHE_BYTES)
  let changes = 0

  function handle(req: IncomingMessage, res: ServerResponse): boolean {
    const url = req.url ?? ''
    if (!/^\/v2(?:$|[/?])/.test(url)) return false
    if (sendKnown(url, { req, res })) return true
    answer(url, { req, res }).catch((error: unknown) => {
      if (isFatal(error)) services.halt(error)
      if (res.headersSent) return void res.destroy()
      if (isCoded(error, 'UNAUTHENTICATED'))
        res.setHeader('WWW-Authenticate', challengeFor(url, { baseUrl: config.baseUrl, place }))
      refuse(req, res, error)
    })
    return true
  }

  function sendKnown(url: string, { req, res }: Exchange): boolean {
    const entry = isRead(req) ? cache.get(url) : undefined
    if (!entry || !sendFromMemory(entry, { req, res })) return false
    entry.used = true
    entry.popularity.note(performance.now())
    return true
  }

  async function answer(url: string, exchange: Exchange): Promise<void> {
    const { req } = exchange
    const address = readOciAddress(url, place)
    if (!isRead(req) || address.kind === 'upload') throw onlyReads(req)
    if (address.kind === 'token') return sendToken(exchange, { gate, pullTokens, place, clock })
    if (address.kind === 'ping') {
      await gate.greet(req)
      return sendPing(exchange)
    }
    const before = changes
    const opened = { visibility: await gate.admit(req, address.at.repo), before }
    return answerFrom(address, opened, exchange)
  }

  async function answerFrom(address: Named, opened: Opened, exchange: Exchange): Promise<void> {
    const readable = { at: address.at, visibility: opened.visibility }
    switch (address.kind) {
      case 'tags':
        return sendTags(exchange, readable, components)
      case 'referrers':
        return sendReferrers(exchange, readable, components)
      case 'tag':
        return sendTag(address, opened, exchange)
      case 'manifest':
        return sendPinned(address, opened, exchange)
      case 'blob':
        if (!(await sendBytes(address, opened, exchange))) await sendPinned(address, opened, exchange)
    }
  }

  async function sendTag({ at, tag }: Extract<OciAddress, { kind: 'tag' }>, opened: Opened, exchange: Exchange) {
    const found = await components.byTag(at, tag)
    remember(at, found, opened)
    const { visibility } = opened
    sendPart(found.rendered.manifest, { pinned: false, warning: found.warning, visibility }, exchange)
  }

  async function sendPinned({ kind, at, digest }: Pinned, opened: Opened, exchange: Exchange): Promise<void> {
    const found = await components.byDigest(at, digest)
    const { manifest, config: own, descriptor } = found?.rendered ?? {}
    const part = (kind === 'manifest' ? [manifest] : [own, descriptor]).find((each) => each?.digest === digest)
    if (!found || !part) {
      await components.require(at)
      throw unknownDigest({ kind, at, digest })
    }
    remember(at, found, opened)
    const warning = kind === 'manifest' ? found.warning : undefined
    sendPart(part, { pinned: true, warning, visibility: opened.visibility }, exchange)
  }

  /** An artifact or a statement, from the tree; false when no release of the plugin that may be fetched holds it. */
  async function sendBytes({ at, digest }: Pinned, { visibility }: Opened, { req, res }: Exchange): Promise<boolean> {
    if (at.plugin === undefined || !(await metadata.catalog.holds(at.repo, at.plugin, digest))) return false
    res.setHeader('Docker-Content-Digest', digest)
    const isSent = await trees[visibility].send(`/${blobPath(digest)}`, req, res)
    if (!isSent) res.removeHeader('Docker-Content-Digest')
    return isSent
  }

  function sendPart(part: OciPart, sending: Sending, exchange: Exchange): void {
    sendFromMemory(entryOf(part, sending), exchange)
  }

  /** All parts, as whoever asks for one asks for the others next. */
  function remember({ name }: OciRepository, { tag, rendered, warning }: FoundComponent, opened: Opened): void {
    const { visibility, before } = opened
    if (visibility === 'private' || changes !== before) return
    const { manifest, config: own, descriptor } = rendered
    cache.set(`/v2/${name}/manifests/${tag}`, entryOf(manifest, { pinned: false, warning, visibility }))
    cache.set(`/v2/${name}/manifests/${manifest.digest}`, entryOf(manifest, { pinned: true, warning, visibility }))
    for (const part of [own, descriptor])
      cache.set(`/v2/${name}/blobs/${part.digest}`, entryOf(part, { pinned: true, visibility }))
  }

  function forget(path: string): void {
    const [, moved] = REPO_FOLDER.exec(path) ?? []
    if (moved !== undefined) {
      changes++
      // What is below a path of a shared host has that path before the name.
      for (const before of ['', place.sitePath]) cache.deleteBelow(`/v2${before}/${moved}/`)
      return
    }
    const [, repo, plugin] = PLUGIN_DOCUMENT.exec(path) ?? []
    if (!isName(repo) || !isName(plugin)) return
    changes++
    for (const name of namesOfRepository(repo, pluginComponent(place.domain, repo, plugin), place))
      cache.deleteBelow(`/v2/${name}/`)
    // Parts of the list before stay: who has just read its tag is about to ask for them.
    for (const name of namesOfRepository(repo, repoComponent(place.domain, repo), place))
      cache.deleteBelow(`/v2/${name}/manifests/1.`)
  }

  return { handle, forget }
}

function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD'
}

function onlyReads({ method = '' }: IncomingMessage): Error {
  return coded('METHOD_NOT_ALLOWED', {
    message: `this registry is read with \`GET\` and \`HEAD\` here, found ${quote(method.slice(0, 16))}`,
    details: { allow: ['GET', 'HEAD'] },
    hint: '`octo publish` publishes a version',
  })
}

function unknownDigest({ kind, at, digest }: Pinned): Error {
  const message = `${quote(at.name)} has no ${kind} \`${digest}\``
  return coded(kind === 'manifest' ? 'VERSION_NOT_FOUND' : 'FILE_NOT_FOUND', { message, details: { digest } })
}
