// Where visits are counted: a table of PostgreSQL, or memory where there is no database.
import type { PostgresPlace } from './postgres.ts'
import { connectPostgres } from './postgres.ts'

export type Visits = {
  readonly where: string
  /** Makes what counting needs, when it is not there. */
  prepare(): Promise<void>
  /** One more; gives how many there were. */
  add(): Promise<number>
  /** Throws where visits cannot be counted now. */
  look(): Promise<void>
  /** Settles when counting is over, and nobody here has ended it. */
  readonly lost: Promise<void>
  close(): void
}

export async function openVisits(place?: PostgresPlace): Promise<Visits> {
  return place ? inPostgres(place) : inMemory()
}

async function inPostgres(place: PostgresPlace): Promise<Visits> {
  const database = await connectPostgres(place)
  return {
    where: `PostgreSQL ${database.version}`,
    prepare: async () => void (await database.query('CREATE TABLE IF NOT EXISTS visits (at timestamptz NOT NULL)')),
    add: async () => {
      await database.query('INSERT INTO visits VALUES (now())')
      const [row] = await database.query('SELECT count(*) FROM visits')
      return Number(row?.[0])
    },
    look: async () => void (await database.query('SELECT 1 FROM visits LIMIT 1')),
    lost: database.lost,
    close: () => database.close(),
  }
}

function inMemory(): Visits {
  let visits = 0
  return {
    where: 'memory',
    prepare: async () => undefined,
    add: async () => ++visits,
    look: async () => undefined,
    lost: new Promise(() => undefined),
    close: () => undefined,
  }
}
