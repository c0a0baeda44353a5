// What the search finds of each plugin is written with the plugin, into a table of its own. A row that is lost there hides what was
// published from everybody who looks for it, and nothing else of the database misses it.
import { sql } from 'drizzle-orm'
import type { Db } from './open.ts'
import { moveWords } from './search.ts'
import { repos } from './tables.ts'

/** Words of a plugin stand once, in the table of its repo's kind; words of none stand nowhere. */
export function findMisplacedWords(db: Db, limit: number): string[] {
  const rows = db.all<{ subject: string }>(
    sql`WITH words AS (
        SELECT 'public' AS visibility, rowid AS id, repo, plugin, category, description FROM plugin_words
        UNION ALL SELECT 'private', rowid, repo, plugin, category, description FROM private_words),
      wanted AS (
        SELECT r.visibility, p.id, p.repo, p.plugin, coalesce(p.category, '') AS category, p.description
        FROM plugins p JOIN repos r ON r.name = p.repo)
      SELECT DISTINCT repo || '/' || plugin AS subject FROM (
        SELECT * FROM (SELECT * FROM wanted EXCEPT SELECT * FROM words)
        UNION ALL SELECT * FROM (SELECT * FROM words EXCEPT SELECT * FROM wanted))
      ORDER BY subject LIMIT ${limit}`,
  )
  return rows.map(({ subject }) => subject)
}

export function mendWords(tx: Db): void {
  for (const words of ['plugin_words', 'private_words']) tx.run(sql.raw(`DELETE FROM ${words}`))
  const all = tx.select({ name: repos.name, visibility: repos.visibility }).from(repos).all()
  for (const { name, visibility } of all) moveWords(tx, name, visibility)
}
