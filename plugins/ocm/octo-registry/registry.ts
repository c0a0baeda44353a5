// A registry of octo, asked for component versions through its OCI face. Each part is fetched by the digest that the one before names.
import { createHash } from 'node:crypto'
import type { CallContext } from '../../../sdk/service/index.ts'
import { CallError } from '../../../sdk/service/index.ts'
import type { WebAnswer } from '../bytes/open-web.ts'
import { openWeb, readWhole, webAddress } from '../bytes/open-web.ts'
import { authorizationOf } from './authorization.ts'
import { componentRepository } from './component-repository.ts'

export type OctoRegistry = {
  readonly url: URL
  readonly signal: AbortSignal
  /** For a repo that only some may read. */
  readonly authorization: string | undefined
}

type Layer = { readonly mediaType: string; readonly digest: string; readonly size: number }
export type ComponentManifest = { readonly config: Layer; readonly layers: readonly Layer[] }

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const MAX_SMALL_BYTES = 16 * 1024 * 1024
const MAX_TAGS = 100_000
/** A registry of octo gives a thousand tags at a time. */
const MAX_PAGES = MAX_TAGS / 1000
const DIGEST = /^sha256:[0-9a-f]{64}$/
const [BAD_GATEWAY, NOT_FOUND, TOO_LARGE] = [502, 404, 413]
/** What a registry says that has to be passed on as it is. */
const PASSED_ON = [401, 403, 404, 429, 451]

export function openOctoRegistry(
  url: string,
  { credentials, signal }: Pick<CallContext, 'credentials' | 'signal'>,
): OctoRegistry {
  return { url: webAddress(url), signal, authorization: authorizationOf(credentials) }
}

/** All pages; throws a CallError of status 404 for a component that is not there, of 413 for more than are looked through. */
export async function readTags(registry: OctoRegistry, component: string): Promise<readonly string[]> {
  const tags: string[] = []
  let next: string | undefined = `${placeOf(registry, component)}/tags/list`
  for (let pages = 1; next !== undefined; pages++) {
    const answer = await ask(registry, next, component)
    const page = parsed(await readWhole(answer.body, MAX_SMALL_BYTES))
    tags.push(...(Array.isArray(page.tags) ? page.tags.filter((tag) => typeof tag === 'string') : []))
    next = nextPage(answer.headers.get('link'))
    // A registry that always names another page would be asked for ever.
    if (tags.length > MAX_TAGS || (pages >= MAX_PAGES && next !== undefined))
      throw new CallError(
        `${component}: \`${registry.url.origin}\` lists more versions than are looked through`,
        TOO_LARGE,
      )
  }
  return tags
}

/** By a tag, which the registry may lead elsewhere tomorrow. */
export async function readManifest(registry: OctoRegistry, component: string, tag: string): Promise<ComponentManifest> {
  const address = `${placeOf(registry, component)}/manifests/${encodeURIComponent(tag)}`
  const { body } = await ask(registry, address, `${component}:${tag}`, MANIFEST)
  const { config, layers } = parsed(await readWhole(body, MAX_SMALL_BYTES))
  if (isLayer(config) && Array.isArray(layers) && layers.every(isLayer)) return { config, layers }
  throw notSpoken(registry)
}

/** Bytes whose digest and size nobody has looked at yet. */
export async function openBlob(registry: OctoRegistry, component: string, digest: string): Promise<WebAnswer['body']> {
  return (await ask(registry, `${placeOf(registry, component)}/blobs/${digest}`, digest)).body
}

/** A part that is a JSON object, of exactly the digest and size that it is named by. */
export async function readPart(registry: OctoRegistry, component: string, { digest, size }: Layer) {
  const bytes = await readWhole(await openBlob(registry, component, digest), Math.min(size, MAX_SMALL_BYTES))
  const found = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  if (found === digest && bytes.length === size) return parsed(bytes)
  throw new CallError(`\`${registry.url.origin}\` gives ${found} for ${digest}`, BAD_GATEWAY)
}

function placeOf({ url }: OctoRegistry, component: string): string {
  const above = url.pathname.replace(/^\/+|\/+$/g, '')
  return ['/v2', above, componentRepository(component)].filter((part) => part !== '').join('/')
}

async function ask(registry: OctoRegistry, address: string, what: string, accept = '*/*'): Promise<WebAnswer> {
  const { url, signal, authorization } = registry
  const target = new URL(address, url.origin)
  if (target.origin !== url.origin) throw notSpoken(registry)
  const answer = await openWeb(target, { signal, accept, authorization })
  if (answer.status === 200) return answer
  const status = PASSED_ON.includes(answer.status) ? answer.status : BAD_GATEWAY
  const why = status === NOT_FOUND ? 'does not have it' : `answers with ${answer.status}`
  throw new CallError(`${what}: \`${url.origin}\` ${why}`, status)
}

/** e.g. `</v2/core/…/tags/list?last=1.0.0&n=1000>; rel="next"` */
function nextPage(link: string | null): string | undefined {
  return /^<([^>]+)>;\s*rel="?next"?/.exec(link ?? '')?.[1]
}

function parsed(bytes: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // It is no JSON: the same as another value.
  }
  throw new CallError('what answers is no registry of component versions', BAD_GATEWAY)
}

function isLayer(value: unknown): value is Layer {
  const { mediaType, digest, size } = (value ?? {}) as Partial<Layer>
  return typeof mediaType === 'string' && DIGEST.test(String(digest)) && Number.isSafeInteger(size)
}

function notSpoken({ url }: OctoRegistry): CallError {
  return new CallError(`\`${url.origin}\` is no registry of component versions`, BAD_GATEWAY)
}
