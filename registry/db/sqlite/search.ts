// Full-text search over names, categories and descriptions; each word may be the beginning of one.
import { sql } from 'drizzle-orm'
import type { SearchAnswer } from '../../../schemas/api.ts'
import type { Name } from '../../../schemas/name.ts'
import { MAX_SEARCH_RESULTS, searchWords } from '../search-words.ts'
import type { Db } from './open.ts'

type SearchableWords = {
  readonly repo: Name
  readonly plugin: Name
  readonly category: string | null
  readonly description: string
}

/** Replaces what is found of a plugin. */
export function indexWords(tx: Db, { repo, plugin, category, description }: SearchableWords): void {
  const rowid = sql`(SELECT id FROM plugins WHERE repo = ${repo} AND plugin = ${plugin})`
  tx.run(sql`DELETE FROM plugin_words WHERE rowid = ${rowid}`)
  tx.run(sql`INSERT INTO plugin_words (rowid, repo, plugin, category, description)
    VALUES (${rowid}, ${repo}, ${plugin}, ${category ?? ''}, ${description})`)
}

/** Best matches first; names weigh most. An empty query lists by name. */
export function searchPlugins(db: Db, query: string, repo: Name | undefined): SearchAnswer {
  const words = searchWords(query)
  const limit = MAX_SEARCH_RESULTS + 1
  const inRepo = repo === undefined ? sql`` : sql`AND p.repo = ${repo}`
  const columns = sql.raw('p.repo, p.plugin, p.kind, p.category, p.description, p.newest')
  const rows = db.all<ResultRow>(
    words.length === 0
      ? sql`SELECT ${columns} FROM plugins p WHERE 1 ${inRepo} ORDER BY p.plugin, p.repo LIMIT ${limit}`
      : sql`SELECT ${columns} FROM plugin_words JOIN plugins p ON p.id = plugin_words.rowid
          WHERE plugin_words MATCH ${matchOf(words)} ${inRepo}
          ORDER BY bm25(plugin_words, 0, 10, 5, 1), p.plugin LIMIT ${limit}`,
  )
  return { results: rows.slice(0, MAX_SEARCH_RESULTS).map(resultOf), truncated: rows.length > MAX_SEARCH_RESULTS }
}

type ResultRow = Pick<SearchableWords, 'repo' | 'plugin' | 'category' | 'description'> & {
  readonly kind: string
  readonly newest: SearchAnswer['results'][number]['version'] | null
}

/** Quoted words are plain text to FTS5, whatever they hold. */
function matchOf(words: readonly string[]): string {
  return words.map((word) => `"${word}"*`).join(' ')
}

function resultOf({ category, newest, ...row }: ResultRow): SearchAnswer['results'][number] {
  return { ...row, ...(category === null ? {} : { category }), ...(newest ? { version: newest } : {}) }
}
