// Which address of the OCI Distribution API means what. A repository is `REPO/component-descriptors/COMPONENT`, where OCM looks
// for a component; below a path of a shared host, as OCI clients have it, behind that path: `octo/REPO/…`.
import type { Digest } from '../../schemas/digest.ts'
import { parseDigest } from '../../schemas/digest.ts'
import { coded } from '../../schemas/errors.ts'
import type { Name } from '../../schemas/name.ts'
import { quote } from '../../schemas/quote.ts'
import { readComponent } from '../component-name.ts'

/** A repository: a plugin with its versions, or, without `plugin`, the list of a repo's plugins. */
export type OciRepository = {
  /** As it was asked for. */
  readonly name: string
  readonly repo: Name
  readonly plugin: Name | undefined
}

export type OciAddress =
  | { readonly kind: 'ping' }
  /** Where clients fetch tokens; no repository is called so. */
  | { readonly kind: 'token' }
  | { readonly kind: 'tags'; readonly at: OciRepository }
  | { readonly kind: 'referrers'; readonly at: OciRepository }
  | { readonly kind: 'tag'; readonly at: OciRepository; readonly tag: string }
  | { readonly kind: 'manifest'; readonly at: OciRepository; readonly digest: Digest }
  | { readonly kind: 'blob'; readonly at: OciRepository; readonly digest: Digest }
  /** Where others take uploads. */
  | { readonly kind: 'upload'; readonly at: OciRepository }

export type OciPlace = {
  readonly domain: string
  /** Path of the base URL: empty, or `/octo`. */
  readonly sitePath: string
}

/** Below `/v2`. */
export const TOKEN_PATH = '/token'

const FOLDER = 'component-descriptors'
const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const ENDPOINT = /^(.+?)\/(?:(tags)\/list|(manifests|referrers)\/([^/]+)|blobs\/(uploads(?:\/.*)?|[^/]+))$/
const MAX_LENGTH = 1024
const OTHER_DIGEST = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[A-Za-z0-9=_-]{32,}$/

/** Throws NAME_INVALID, REPO_NOT_FOUND, DIGEST_INVALID, or NOT_FOUND for what is no address of the API. */
export function readOciAddress(url: string, place: OciPlace): OciAddress {
  const path = pathOf(url)
  if (path === '' || path === '/') return { kind: 'ping' }
  if (path === TOKEN_PATH) return { kind: 'token' }
  const [, name, tags, endpoint, reference = '', blob = ''] = ENDPOINT.exec(path.slice(1)) ?? []
  if (name === undefined) throw coded('NOT_FOUND', { message: `there is nothing at ${quote(`/v2${path}`)}` })
  const at = readRepository(name, place)
  if (tags) return { kind: 'tags', at }
  if (endpoint === 'referrers') {
    ourDigest(reference)
    return { kind: 'referrers', at }
  }
  if (endpoint === 'manifests') return readReference(at, reference)
  return blob.startsWith('uploads') ? { kind: 'upload', at } : readBlob(at, blob)
}

/** The names under which clients reach this repository. */
export function namesOfRepository(repo: Name, component: string, { sitePath }: OciPlace): readonly string[] {
  const name = `${repo}/${FOLDER}/${component}`
  return sitePath === '' ? [name] : [name, `${sitePath.slice(1)}/${name}`]
}

function pathOf(url: string): string {
  const [path = ''] = url.slice('/v2'.length).split('?', 1)
  if (path.length > MAX_LENGTH) throw coded('NOT_FOUND', { message: `an address of ${path.length} characters is none` })
  try {
    return decodeURIComponent(path)
  } catch {
    throw coded('NOT_FOUND', { message: `there is nothing at ${quote(`/v2${path}`)}` })
  }
}

export function readRepository(name: string, { domain, sitePath }: OciPlace): OciRepository {
  if (!NAME.test(name)) throw coded('NAME_INVALID', { message: `${quote(name)} is not the name of a repository` })
  const site = `${sitePath.slice(1)}/`
  const candidates = sitePath !== '' && name.startsWith(site) ? [name.slice(site.length), name] : [name]
  for (const candidate of candidates) {
    const [folder, ...component] = candidate.split(`/${FOLDER}/`)
    const found = readComponent(domain, component.join(`/${FOLDER}/`))
    if (found && found.repo === folder) return { name, ...found }
  }
  throw coded('REPO_NOT_FOUND', {
    message: `there is no repository ${quote(name)} here, expected \`REPO/${FOLDER}/${domain}/REPO/PLUGIN\``,
    details: { name },
  })
}

function readReference(at: OciRepository, reference: string): OciAddress {
  if (!reference.includes(':')) return { kind: 'tag', at, tag: reference }
  const digest = ourDigest(reference)
  if (digest) return { kind: 'manifest', at, digest }
  throw coded('VERSION_NOT_FOUND', { message: `there is no manifest ${quote(reference)}: all are named by sha256` })
}

function readBlob(at: OciRepository, reference: string): OciAddress {
  const digest = ourDigest(reference)
  if (digest) return { kind: 'blob', at, digest }
  throw coded('FILE_NOT_FOUND', { message: `there is no blob ${quote(reference)}: all are named by sha256` })
}

/** Undefined for a digest of another algorithm, which may be right and is never ours. */
function ourDigest(text: string): Digest | undefined {
  return OTHER_DIGEST.test(text) && !text.startsWith('sha256:') ? undefined : parseDigest(text)
}
