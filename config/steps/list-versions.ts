// Which versions of a document there are, as those say who publish it: the releases of a repository on GitHub, or a plugin's
// document in a registry of octo, whose raw artifacts may be documents as well.
import { z } from 'zod'
import { coded, isCoded } from '../../schemas/errors.ts'
import { parseJson } from '../../schemas/json.ts'
import { LIMITS } from '../../schemas/limits.ts'
import { parsePluginDocument } from '../../schemas/plugin-document.ts'
import { quote } from '../../schemas/quote.ts'
import { parseShape } from '../../schemas/shape.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import { compareVersions, isPrerelease } from '../../schemas/version.ts'
import type { FetchText } from '../include/fetched-text.ts'
import type { VersionSource } from '../include/read-include.ts'
import type { AddressVersion } from './document-version.ts'
import { versionOfTag } from './document-version.ts'

type Listing = {
  readonly address: string
  readonly current: AddressVersion
  readonly source: VersionSource
  readonly fetchText: FetchText
}

/** Throws CONFIG_INVALID where nobody can tell where the list is, VERSION_NOT_FOUND, FORMAT_INVALID, and FETCH errors. */
export async function listVersions(listing: Listing): Promise<readonly AddressVersion[]> {
  return listing.source.format === 'github' ? releases(listing) : published(listing)
}

const PER_PAGE = 100
const MAX_PAGES = 10
const MAX_BYTES = 8 * 1024 * 1024

const releaseShape = z.object({
  tag_name: z.string().max(500),
  draft: z.boolean().optional(),
  prerelease: z.boolean().optional(),
})
const releasesShape = z.union([z.array(releaseShape).max(PER_PAGE), releaseShape.transform((one) => [one])])

/** Page by page, newest first, until the one that is used now. */
async function releases(listing: Listing): Promise<readonly AddressVersion[]> {
  const { current } = listing
  const list = releasesAddress(listing)
  const found: AddressVersion[] = []
  for (let page = 1; page <= MAX_PAGES; page++) {
    const url = new URL(list)
    url.searchParams.set('per_page', String(PER_PAGE))
    url.searchParams.set('page', String(page))
    const rows = parseShape(releasesShape, await fetchJson(url.href, listing.fetchText), { name: shownAddress(list) })
    for (const { tag_name: tag, draft = false, prerelease = false } of rows) {
      const version = versionOfTag(tag)
      const isMeant = !draft && (!prerelease || isPrerelease(current.version))
      if (version !== undefined && isMeant) found.push({ tag, version })
    }
    if (rows.length < PER_PAGE || rows.some(({ tag_name: tag }) => tag === current.tag)) break
  }
  return found
}

function releasesAddress({ address, source }: Listing): string {
  if (source.url !== undefined) return source.url.replace(/\/latest\/?$/, '')
  const { hostname, origin, pathname } = new URL(address)
  const [, owner, repository, ...rest] = pathname.split('/')
  const isDownload = rest[0] === 'releases' && rest[1] === 'download'
  if (hostname === 'raw.githubusercontent.com' || (hostname === 'github.com' && isDownload))
    return `https://api.github.com/repos/${owner}/${repository}/releases`
  // GitHub of one's own.
  if (isDownload) return `${origin}/api/v3/repos/${owner}/${repository}/releases`
  throw notTold(
    address,
    'write `versions: {format: github, url: "https://api.github.com/repos/OWNER/REPOSITORY/releases"}`',
  )
}

/** `…/repos/REPO/PLUGIN/VERSION/FILE` is listed in `…/repos/REPO/PLUGIN.json`. */
async function published({ address, current, source, fetchText }: Listing): Promise<readonly AddressVersion[]> {
  const url = source.url ?? documentAddress(address)
  const { versions, pages = [] } = parsePluginDocument(await fetchList(url, fetchText), shownAddress(url))
  if (pages.some(({ newest }) => compareVersions(newest, current.version) > 0))
    throw coded('VERSION_NOT_FOUND', {
      message: `${quote(shownAddress(address))} is older than the versions that ${quote(shownAddress(url))} lists`,
      details: { version: current.version, oldest: versions.at(-1)?.version },
      hint: 'step to the oldest of these by hand, and read what it says about the way there',
    })
  return versions.flatMap(({ version, state }) => (state === 'active' ? [{ tag: version, version }] : []))
}

function documentAddress(address: string): string {
  const url = new URL(address)
  const [, before, repo, plugin] = /^(.*\/repos)\/([^/]+)\/([^/]+)\/[^/]+\/[^/]+$/.exec(url.pathname) ?? []
  if (before === undefined)
    throw notTold(address, 'write `versions: {format: octo, url: "https://HOST/repos/REPO/PLUGIN.json"}`')
  return `${url.origin}${before}/${repo}/${plugin}.json`
}

async function fetchJson(url: string, fetchText: FetchText): Promise<unknown> {
  return parseJson(await fetchList(url, fetchText), shownAddress(url), MAX_BYTES)
}

async function fetchList(url: string, fetchText: FetchText): Promise<string> {
  try {
    const found = await fetchText(url, Math.min(MAX_BYTES, LIMITS.pluginDocumentBytes))
    return typeof found === 'string' ? found : found.text
  } catch (error) {
    if (!isCoded(error, 'CONFIG_NOT_FOUND')) throw error
    throw coded('VERSION_NOT_FOUND', {
      message: `there is no list of versions at ${quote(shownAddress(url))}`,
      details: { url: shownAddress(url) },
      hint: '`versions: {url: …}` of the include says where it is',
    })
  }
}

function notTold(address: string, hint: string): Error {
  return coded('CONFIG_INVALID', {
    message: `the address ${quote(shownAddress(address))} does not say where its versions are listed`,
    details: { address: shownAddress(address) },
    hint,
  })
}
