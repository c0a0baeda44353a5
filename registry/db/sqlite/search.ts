// Full-text search over names, categories and descriptions; each word may be the beginning of one. Words of private repos stand in a
// table of their own: how common a word is among them must not move what is public up or down.
import type { SQL } from 'drizzle-orm'
import { eq, inArray, sql } from 'drizzle-orm'
import type { SearchAnswer } from '../../../schemas/api.ts'
import type { Name } from '../../../schemas/name.ts'
import type { FoundPlugins, Visibility } from '../records.ts'
import type { Candidate, Narrowing, Traits } from '../search-filters.ts'
import { keysOf, narrow } from '../search-filters.ts'
import { MAX_CANDIDATES, searchWords } from '../search-words.ts'
import type { Db } from './open.ts'
import { plugins, repos } from './tables.ts'

type PluginName = { readonly repo: Name; readonly plugin: Name }
type SearchableWords = PluginName & { readonly category: string | null; readonly description: string }

const WORDS: Readonly<Record<Visibility, SQL>> = { public: sql.raw('plugin_words'), private: sql.raw('private_words') }

/** Replaces what is found of a plugin. */
export function indexWords(tx: Db, { repo, plugin, category, description }: SearchableWords): void {
  const rowid = idOf({ repo, plugin })
  const found = tx.select({ visibility: repos.visibility }).from(repos).where(eq(repos.name, repo)).get()
  const words = WORDS[found?.visibility ?? 'private']
  tx.run(sql`DELETE FROM ${words} WHERE rowid = ${rowid}`)
  tx.run(sql`INSERT INTO ${words} (rowid, repo, plugin, category, description)
    VALUES (${rowid}, ${repo}, ${plugin}, ${category ?? ''}, ${description})`)
}

/** Replaces what a plugin is filtered by. */
export function indexTraits(tx: Db, plugin: PluginName, traits: Traits): void {
  const { platform, contract, signer } = keysOf(traits)
  tx.run(sql`INSERT OR REPLACE INTO plugin_traits (plugin_id, platforms, contract, signer)
    VALUES (${idOf(plugin)}, ${platform}, ${contract}, ${signer})`)
}

function idOf({ repo, plugin }: PluginName): SQL {
  return sql`(SELECT id FROM plugins WHERE repo = ${repo} AND plugin = ${plugin})`
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
  readonly narrowing: Narrowing
}

/** Best matches first; names weigh most. An empty query lists by name. */
export function searchPlugins(db: Db, search: Search): FoundPlugins {
  const { shown, ...found } = narrow(candidates(db, search), search.narrowing)
  const rows = db
    .select({ id: plugins.id, description: plugins.description, newest: plugins.newest })
    .from(plugins)
    .where(
      inArray(
        plugins.id,
        shown.map(({ id }) => id),
      ),
    )
    .all()
  const texts = new Map(rows.map((row) => [row.id, row] as const))
  return { ...found, results: shown.map((row) => resultOf(row, texts.get(row.id))) }
}

type Row = Candidate & { readonly id: number; readonly plugin: Name }

/** Without their texts, which only the page that is shown needs. */
function candidates(db: Db, { query, repo, readable }: Search): Row[] {
  const words = searchWords(query)
  const inRepo = repo === undefined ? sql`` : sql`AND p.repo = ${repo}`
  const shown = readable.filter((name) => repo === undefined || name === repo)
  const own = sql`r.visibility = 'private' AND p.repo IN (${sql.join(
    shown.map((name) => sql`${name}`),
    sql`, `,
  )})`
  const select = (from: SQL, order: SQL) =>
    db
      .values<Columns>(
        sql`SELECT p.id, p.repo, p.plugin, p.kind, coalesce(p.category, ''),
          coalesce(t.platforms, ''), coalesce(t.contract, ''), coalesce(t.signer, '')
          FROM ${from} ${order} LIMIT ${MAX_CANDIDATES}`,
      )
      .map(rowOf)
  if (words.length === 0) {
    const from = sql`plugins p JOIN repos r ON r.name = p.repo ${TRAITS} WHERE (r.visibility = 'public' OR (${own})) ${inRepo}`
    return select(from, sql`ORDER BY p.plugin, p.repo`)
  }
  const matching = (table: Visibility, which: SQL) =>
    sql`${WORDS[table]} JOIN plugins p ON p.id = ${WORDS[table]}.rowid JOIN repos r ON r.name = p.repo ${TRAITS}
      WHERE ${WORDS[table]} MATCH ${matchOf(words)} AND ${which} ${inRepo}`
  const hidden = shown.length === 0 ? [] : select(matching('private', own), nameOrder(words[0] ?? ''))
  const open = select(
    matching('public', sql`r.visibility = 'public'`),
    sql`ORDER BY bm25(plugin_words, 0, 10, 5, 1), p.plugin`,
  )
  return [...hidden, ...open]
}

const TRAITS = sql.raw('LEFT JOIN plugin_traits t ON t.plugin_id = p.id')

type Columns = [id: number, repo: Name, plugin: Name, ...kindAndOthers: [string, string, string, string, string]]

function rowOf([id, repo, plugin, kind, category, platform, contract, signer]: Columns): Row {
  return { id, repo, plugin, kind, category, platform, contract, signer }
}

/** By the names alone: other private repos, which whoever asks may not read, have words in the same table. */
function nameOrder(word: string): SQL {
  const at = sql`instr(p.plugin, ${word.toLowerCase()})`
  return sql`ORDER BY CASE ${at} WHEN 1 THEN 0 WHEN 0 THEN 2 ELSE 1 END, p.plugin, p.repo`
}

/** Quoted words are plain text to FTS5, whatever they hold. */
function matchOf(words: readonly string[]): string {
  return words.map((word) => `"${word}"*`).join(' ')
}

type Texts = { readonly description: string; readonly newest: SearchAnswer['results'][number]['version'] | null }

function resultOf({ repo, plugin, kind, category }: Row, texts: Texts | undefined): SearchAnswer['results'][number] {
  const { description = '', newest = null } = texts ?? {}
  const shown = { repo: repo as Name, plugin, kind, description }
  return { ...shown, ...(category === '' ? {} : { category }), ...(newest === null ? {} : { version: newest }) }
}
