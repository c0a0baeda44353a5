// Full-text search over names, categories and descriptions; each word may be the beginning of one. Words of private repos stand in a
// table of their own: how common a word is among them must not move what is public up or down.
import type { SQL } from 'drizzle-orm'
import { eq, sql } from 'drizzle-orm'
import type { SearchAnswer } from '../../../schemas/api.ts'
import type { Name } from '../../../schemas/name.ts'
import type { Visibility } from '../records.ts'
import { MAX_SEARCH_RESULTS, searchWords } from '../search-words.ts'
import type { Db } from './open.ts'
import { repos } from './tables.ts'

type SearchableWords = {
  readonly repo: Name
  readonly plugin: Name
  readonly category: string | null
  readonly description: string
}

const WORDS: Readonly<Record<Visibility, SQL>> = { public: sql.raw('plugin_words'), private: sql.raw('private_words') }

/** Replaces what is found of a plugin. */
export function indexWords(tx: Db, { repo, plugin, category, description }: SearchableWords): void {
  const rowid = sql`(SELECT id FROM plugins WHERE repo = ${repo} AND plugin = ${plugin})`
  const found = tx.select({ visibility: repos.visibility }).from(repos).where(eq(repos.name, repo)).get()
  const words = WORDS[found?.visibility ?? 'private']
  tx.run(sql`DELETE FROM ${words} WHERE rowid = ${rowid}`)
  tx.run(sql`INSERT INTO ${words} (rowid, repo, plugin, category, description)
    VALUES (${rowid}, ${repo}, ${plugin}, ${category ?? ''}, ${description})`)
}

/** Puts what is found of a repo where it belongs now. */
export function moveWords(tx: Db, repo: Name, visibility: Visibility): void {
  for (const words of Object.values(WORDS))
    tx.run(sql`DELETE FROM ${words} WHERE rowid IN (SELECT id FROM plugins WHERE repo = ${repo})`)
  tx.run(sql`INSERT INTO ${WORDS[visibility]} (rowid, repo, plugin, category, description)
    SELECT id, repo, plugin, coalesce(category, ''), description FROM plugins WHERE repo = ${repo}`)
}

type Search = {
  readonly query: string
  readonly repo: Name | undefined
  /** Private repos that whoever asks may read. */
  readonly readable: readonly Name[]
}

/** Best matches first; names weigh most. An empty query lists by name. */
export function searchPlugins(db: Db, { query, repo, readable }: Search): SearchAnswer {
  const words = searchWords(query)
  const inRepo = repo === undefined ? sql`` : sql`AND p.repo = ${repo}`
  const shown = readable.filter((name) => repo === undefined || name === repo)
  const own = sql`r.visibility = 'private' AND p.repo IN (${sql.join(
    shown.map((name) => sql`${name}`),
    sql`, `,
  )})`
  const select = (from: SQL, order: SQL) =>
    db.all<ResultRow>(
      sql`SELECT p.repo, p.plugin, p.kind, p.category, p.description, p.newest FROM ${from} ${order} LIMIT ${LIMIT}`,
    )
  if (words.length === 0) {
    const from = sql`plugins p JOIN repos r ON r.name = p.repo WHERE (r.visibility = 'public' OR (${own})) ${inRepo}`
    return answerOf(select(from, sql`ORDER BY p.plugin, p.repo`))
  }
  const matching = (table: Visibility, which: SQL) =>
    sql`${WORDS[table]} JOIN plugins p ON p.id = ${WORDS[table]}.rowid JOIN repos r ON r.name = p.repo
      WHERE ${WORDS[table]} MATCH ${matchOf(words)} AND ${which} ${inRepo}`
  const hidden = shown.length === 0 ? [] : select(matching('private', own), nameOrder(words[0] ?? ''))
  const open = select(
    matching('public', sql`r.visibility = 'public'`),
    sql`ORDER BY bm25(plugin_words, 0, 10, 5, 1), p.plugin`,
  )
  return answerOf([...hidden, ...open])
}

const LIMIT = MAX_SEARCH_RESULTS + 1

type ResultRow = Pick<SearchableWords, 'repo' | 'plugin' | 'category' | 'description'> & {
  readonly kind: string
  readonly newest: SearchAnswer['results'][number]['version'] | null
}

/** By the names alone: other private repos, which whoever asks may not read, have words in the same table. */
function nameOrder(word: string): SQL {
  const at = sql`instr(p.plugin, ${word.toLowerCase()})`
  return sql`ORDER BY CASE ${at} WHEN 1 THEN 0 WHEN 0 THEN 2 ELSE 1 END, p.plugin, p.repo`
}

function answerOf(rows: readonly ResultRow[]): SearchAnswer {
  return { results: rows.slice(0, MAX_SEARCH_RESULTS).map(resultOf), truncated: rows.length > MAX_SEARCH_RESULTS }
}

/** Quoted words are plain text to FTS5, whatever they hold. */
function matchOf(words: readonly string[]): string {
  return words.map((word) => `"${word}"*`).join(' ')
}

function resultOf({ category, newest, ...row }: ResultRow): SearchAnswer['results'][number] {
  return { ...row, ...(category === null ? {} : { category }), ...(newest ? { version: newest } : {}) }
}
