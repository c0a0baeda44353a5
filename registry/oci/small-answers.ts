// The answers of the OCI face that are made anew each time: that it is there, which tags there are, and that nothing refers to a
// manifest.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { Visibility } from '../db/records.ts'
import { PRIVATE_CACHING, SAME_ORIGIN } from '../private-headers.ts'
import type { OciRepository } from './address.ts'
import type { Components } from './components.ts'

export type Exchange = { readonly req: IncomingMessage; readonly res: ServerResponse }

const MAX_TAGS = 1000
const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json'

/** Clients ask for it to see whether they have to log in. */
export function sendPing(exchange: Exchange): void {
  send(exchange, {}, { 'Docker-Distribution-Api-Version': 'registry/2.0', 'Cache-Control': 'no-store' })
}

/** A repository that whoever asks may read. */
type Readable = { readonly at: OciRepository; readonly visibility: Visibility }

/** Throws USAGE, REPO_NOT_FOUND or PLUGIN_NOT_FOUND. */
export async function sendTags(
  exchange: Exchange,
  { at, visibility }: Readable,
  components: Components,
): Promise<void> {
  const query = queryOf(exchange.req)
  const limit = Math.min(parseCount(query.get('n')), MAX_TAGS)
  const found = await components.tags(at, { after: query.get('last') ?? undefined, limit: limit + 1 })
  const tags = found.slice(0, limit)
  const last = tags.at(-1)
  const next = `</v2/${at.name}/tags/list?n=${limit}&last=${last}>; rel="next"`
  const isMore = last !== undefined && found.length > limit
  send(exchange, { name: at.name, tags }, { ...caching(visibility), ...(isMore ? { Link: next } : {}) })
}

/** The publisher's statement is about the files of a release and not about its manifest, so it is a layer and no referrer. */
export async function sendReferrers(
  exchange: Exchange,
  { at, visibility }: Readable,
  components: Components,
): Promise<void> {
  await components.require(at)
  const isFiltered = queryOf(exchange.req).has('artifactType')
  const index = { schemaVersion: 2, mediaType: INDEX_TYPE, manifests: [] }
  send(exchange, index, {
    'Content-Type': INDEX_TYPE,
    ...caching(visibility),
    ...(isFiltered ? { 'OCI-Filters-Applied': 'artifactType' } : {}),
  })
}

function caching(visibility: Visibility): Readonly<Record<string, string>> {
  if (visibility === 'private') return { 'Cache-Control': PRIVATE_CACHING, Vary: 'Authorization', ...SAME_ORIGIN }
  return { 'Cache-Control': 'public, max-age=60' }
}

function parseCount(text: string | null): number {
  if (text === null) return MAX_TAGS
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw coded('USAGE', { message: `expected a number of tags in \`n\`, found ${quote(text)}` })
}

export function queryOf({ url = '' }: IncomingMessage): URLSearchParams {
  const at = url.indexOf('?')
  return new URLSearchParams(at < 0 ? '' : url.slice(at + 1))
}

export function send({ req, res }: Exchange, value: unknown, headers: Readonly<Record<string, string>>): void {
  const body = JSON.stringify(value)
  res.writeHead(200, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'X-Content-Type-Options': 'nosniff',
    ...headers,
  })
  res.end(req.method === 'HEAD' ? undefined : body)
}
