// What a search asks for, read from the query of an address: the same for the page and for the API.

import { parseDigest } from '../../../schemas/digest.ts'
import { coded } from '../../../schemas/errors.ts'
import { CONTRACTS, PLUGIN_KINDS } from '../../../schemas/manifest.ts'
import type { Name } from '../../../schemas/name.ts'
import { parseName } from '../../../schemas/name.ts'
import { parsePlatformInput } from '../../../schemas/platform.ts'
import { quote } from '../../../schemas/quote.ts'
import type { SearchFilters } from '../../db/search-filters.ts'
import type { RequestOf } from './env.ts'

export type SearchRequest = {
  readonly query: string
  readonly repo: Name | undefined
  readonly filters: SearchFilters
  readonly page: number
}

const MAX_QUERY = 200
/** Whoever has not found it on so many pages needs another word. */
export const MAX_PAGES = 20

/** Throws LIMIT_EXCEEDED, NAME_INVALID, PLATFORM_INVALID, DIGEST_INVALID or USAGE. A form sends what nobody filled in as nothing. */
export function readSearch(c: RequestOf): SearchRequest {
  const given = (name: string) => c.req.query(name) || undefined
  const query = given('q') ?? ''
  if (query.length > MAX_QUERY)
    throw coded('LIMIT_EXCEEDED', {
      message: `the search is longer than ${MAX_QUERY} characters`,
      details: { maxLength: MAX_QUERY },
    })
  const repo = given('repo')
  const read: Readonly<Record<keyof SearchFilters, (text: string) => string>> = {
    kind: (text) => requireOneOf('kind', text, PLUGIN_KINDS),
    category: requireCategory,
    platform: parsePlatformInput,
    contract: (text) => requireOneOf('contract', text, CONTRACTS),
    signer: parseDigest,
  }
  const filters = Object.entries(read).flatMap(([name, parse]) => {
    const text = given(name)
    return text === undefined ? [] : [[name, parse(text)] as const]
  })
  return {
    query,
    repo: repo === undefined ? undefined : parseName(repo, 'repo'),
    filters: Object.fromEntries(filters),
    page: readPage(given('page')),
  }
}

/** Throws USAGE. */
export function readPage(text = '1'): number {
  const page = /^[1-9][0-9]?$/.test(text) ? Number(text) : 0
  if (page >= 1 && page <= MAX_PAGES) return page
  throw wrong('page', text, `a number from 1 to ${MAX_PAGES}`)
}

function requireOneOf(name: string, text: string, known: readonly string[]): string {
  if (known.includes(text)) return text
  throw wrong(name, text, known.map(quote).join(', '))
}

function requireCategory(text: string): string {
  if (/^[a-z0-9-]{1,32}$/.test(text)) return text
  throw wrong('category', text, '1–32 of `a-z`, `0-9`, `-`')
}

function wrong(name: string, found: string, expected: string): Error {
  return coded('USAGE', { message: `\`${name}\` of the search is ${quote(found)}, expected ${expected}` })
}
