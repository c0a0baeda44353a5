// How a search is read, the same for every database.
const MAX_WORDS = 8
export const MAX_SEARCH_RESULTS = 50

/** Letters and digits that stand together are a word; the first eight count. */
export function searchWords(query: string): string[] {
  return query.match(/[\p{L}\p{N}]+/gu)?.slice(0, MAX_WORDS) ?? []
}
