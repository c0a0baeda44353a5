// How a search is read, the same for every database.
const MAX_WORDS = 8
/** On one page. */
export const MAX_SEARCH_RESULTS = 50
/** Plugins that a search looks at; more words find what is beyond. */
export const MAX_CANDIDATES = 10_000

/** Letters and digits that stand together are a word; the first eight count. */
export function searchWords(query: string): string[] {
  return query.match(/[\p{L}\p{N}]+/gu)?.slice(0, MAX_WORDS) ?? []
}
