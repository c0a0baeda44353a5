// The tags of a repository, page by page: they come in the order of their texts, in which 1.10.0 stands before 1.9.0, and registries
// give as many at a time as they like.
import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { coded } from '../schemas/errors.ts'
import { parseJsonBytes } from '../schemas/json.ts'
import { omitUndefined } from '../schemas/omit-undefined.ts'
import { quote } from '../schemas/quote.ts'
import { parseShape } from '../schemas/shape.ts'
import { MAX_DOCUMENT_BYTES } from './documents.ts'

type Listing = {
  /** `…/tags/list` */
  readonly first: URL
  readonly subject: string
  readonly ask: (url: URL) => Promise<Page | undefined>
}
type Page = { readonly headers: IncomingMessage['headers']; readonly bytes: Buffer }

const PAGE = 1000
const MAX_TAGS = 100_000
const MAX_PAGES = 1000

const tagsShape = z.object({ tags: z.array(z.string().max(300)).max(MAX_TAGS).nullable() })

/** Throws LIMIT_EXCEEDED, FORMAT_INVALID or what asking throws. */
export async function listTags({ first, subject, ask }: Listing): Promise<ReadonlySet<string>> {
  const all = new Set<string>()
  let url: URL | undefined = pageAfter(first, undefined)
  let hasLinks = false
  for (let pages = 1; url !== undefined; pages++) {
    const page = await ask(url)
    if (page === undefined) break
    const fresh: readonly string[] = readPage(page, url).filter((tag) => !all.has(tag))
    for (const tag of fresh) all.add(tag)
    if (all.size > MAX_TAGS || pages > MAX_PAGES) throw tooMany(subject)
    const next = linked(page, url)
    hasLinks ||= next !== undefined
    // A registry that names its pages names each of them; others are asked until nothing new comes.
    url = fresh.length === 0 ? undefined : (next ?? (hasLinks ? undefined : pageAfter(first, fresh.at(-1))))
  }
  return all
}

function pageAfter(first: URL, last: string | undefined): URL {
  const url = new URL(first)
  url.search = new URLSearchParams({ n: String(PAGE), ...omitUndefined({ last }) }).toString()
  return url
}

/** What the registry itself calls the next page, as long as that is another page of the same list. */
function linked({ headers }: Page, from: URL): URL | undefined {
  const text = [headers.link ?? []].flat().join(', ')
  const [, target] = /<([^<>]{1,2048})>\s*;[^,<]*\brel="?next\b/i.exec(text) ?? []
  if (target === undefined || !URL.canParse(target, from)) return undefined
  const url = new URL(target, from)
  return url.origin === from.origin && url.pathname === from.pathname && url.href !== from.href ? url : undefined
}

function readPage({ bytes }: Page, { href }: URL): readonly string[] {
  return parseShape(tagsShape, parseJsonBytes(bytes, href, MAX_DOCUMENT_BYTES), { name: href }).tags ?? []
}

function tooMany(subject: string): Error {
  return coded('LIMIT_EXCEEDED', {
    message: `${quote(subject)} has more tags than are looked through, expected at most ${MAX_TAGS}`,
    details: { subject, expected: MAX_TAGS },
    hint: 'name a version behind the address, as in `:1.0.0`',
  })
}
