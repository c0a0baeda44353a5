// What a database can say of its own health.
import { basename, dirname } from 'node:path'
import { sql } from 'drizzle-orm'
import { quote } from '../../../schemas/quote.ts'
import { rememberPlaces } from '../../data-dir/places.ts'
import { releaseDigest } from '../release-digest.ts'
import type { UpkeepStore } from '../store.ts'
import { copyDatabaseFile } from './copy.ts'
import { databaseFiles } from './files.ts'
import type { Db, RegistryDb } from './open.ts'
import { ask, writePatiently } from './open.ts'
import { findSchemaDrift } from './schema-drift.ts'
import { pageVersions } from './versions.ts'
import { findMisplacedWords, mendWords } from './words-check.ts'

/** A look at the whole database must not hold up the start of a very large one; `fsck` looks at any. */
const MAX_CHECKED_PAGES = 128 * 1024
const MAX_OF_A_KIND = 20
const PAGE = 500

export function upkeepOf(db: RegistryDb): UpkeepStore {
  const { name: file } = db.$client
  const name = basename(file)
  return {
    name,
    wayBack: `put the newest ${quote(name)} into its place, with its ${quote(`${name}-wal`)}`,
    ping: () => ask(db, (from) => void from.get(sql`SELECT 1`)),
    requireInPlace: rememberPlaces(dirname(file), databaseFiles(file)),
    quickCheck: () =>
      ask(db, () => {
        const pages = Number(db.$client.pragma('page_count', { simple: true }))
        if (pages > MAX_CHECKED_PAGES) return { state: 'too-large', pages } as const
        const found = db.$client.pragma('quick_check(1)', { simple: true })
        return found === 'ok' ? ({ state: 'sound' } as const) : ({ state: 'damaged', found } as const)
      }),
    integrity: () => ask(db, findDamage),
    gaps: () => ask(db, findGaps),
    emptyPlugins: (limit) => ask(db, (from) => findEmptyPlugins(from, limit)),
    misplacedWords: (limit) => ask(db, (from) => findMisplacedWords(from, limit)),
    // By a connection of its own, which no claim keeps from reading.
    copyTo: async (to) => copyDatabaseFile(file, to),
    mendWords: () => writePatiently(db, mendWords),
    async *scrub() {
      for (let last = 0; ; ) {
        const page = await ask(db, (from) => pageVersions(from, last, PAGE))
        for (const { id, rowSha256, artifacts, changedAt: _, ...release } of page) {
          last = id
          yield { release, artifacts, isUnchanged: releaseDigest(release, artifacts) === rowSha256 }
        }
        if (page.length < PAGE) return
      }
    },
    isEverythingHere: () => ask(db, isEverythingHere),
  }
}

export function isEverythingHere(db: Db): boolean {
  const counted = db.get<{ published: number; here: number }>(
    sql`SELECT (SELECT count(*) FROM audit WHERE action = 'publish') AS published, (SELECT count(*) FROM versions) AS here`,
  )
  return counted !== undefined && counted.published <= counted.here
}

function findDamage(db: Db): string[] {
  const pages = db.all<{ integrity_check: string }>(sql`PRAGMA integrity_check(20)`)
  const keys = db.all<{ table: string }>(sql`PRAGMA foreign_key_check`)
  return [
    ...pages.map((row) => row.integrity_check).filter((text) => text !== 'ok'),
    ...keys.slice(0, MAX_OF_A_KIND).map(({ table }) => `a row of ${table} refers to nothing`),
    ...findSchemaDrift(db),
  ]
}

/** SQLite remembers the last number that it gave. */
function findGaps(db: Db): string[] {
  const rows = db.all<{ name: string }>(
    sql`SELECT 'versions' AS name FROM sqlite_sequence WHERE name = 'versions' AND seq <> (SELECT count(*) FROM versions)
      UNION ALL SELECT 'plugins' FROM sqlite_sequence WHERE name = 'plugins' AND seq <> (SELECT count(*) FROM plugins)`,
  )
  return rows.map(({ name }) => name)
}

function findEmptyPlugins(db: Db, limit: number): string[] {
  const rows = db.all<{ subject: string }>(
    sql`SELECT repo || '/' || plugin AS subject FROM plugins WHERE NOT EXISTS
      (SELECT 1 FROM versions WHERE versions.repo = plugins.repo AND versions.plugin = plugins.plugin) LIMIT ${limit}`,
  )
  return rows.map(({ subject }) => subject)
}
