// The row that says which process serves this database.
import { eq } from 'drizzle-orm'
import { identityAt } from '../../data-dir/file-identity.ts'
import type { Serving } from '../records.ts'
import type { ServingStore } from '../store.ts'
import { databaseFiles } from './files.ts'
import type { Db, RegistryDb } from './open.ts'
import { ask, guardWrites, writePatiently } from './open.ts'
import { prepared } from './prepared.ts'
import { serving } from './tables.ts'

export function servingOf(db: RegistryDb): ServingStore {
  let version = dataVersion(db)
  const opened = identitiesOf(db)
  const isInPlace = () => identitiesOf(db).every((identity, at) => identity === opened[at])
  return {
    holder: () => ask(db, readServing),
    claim: (mine, decide) =>
      writePatiently(db, (tx) => {
        decide(readServing(tx))
        const row = { ...mine, challenge: null }
        tx.insert(serving)
          .values({ id: 1, ...row })
          .onConflictDoUpdate({ target: serving.id, set: row })
          .run()
      }),
    challenge: (challenge) => writePatiently(db, (tx) => void tx.update(serving).set({ challenge }).run()),
    answer: (holder) =>
      writePatiently(
        db,
        (tx) => void tx.update(serving).set({ challenge: null }).where(eq(serving.holder, holder)).run(),
      ),
    release: (holder) => writePatiently(db, (tx) => void tx.delete(serving).where(eq(serving.holder, holder)).run()),
    guard: (holder, refusal) =>
      guardWrites(db, (tx) => {
        // What is written into a file that has no name any more is gone with the process.
        if (!isInPlace()) throw refusal('replaced')
        if (readServing(tx)?.holder !== holder) throw refusal('taken over')
      }),
    isInPlace: async () => isInPlace(),
    hasChangedElsewhere: () =>
      ask(db, () => {
        const before = version
        version = dataVersion(db)
        return version !== before
      }),
  }
}

const servingRow = prepared((db) => {
  const { holder, lockFile, challenge } = serving
  return db.select({ holder, lockFile, challenge }).from(serving).prepare()
})

function readServing(db: Db): Serving | undefined {
  return servingRow(db).get()
}

/** Which files stand under the names of the database: of the last rows, those of the log beside it alone are written. */
function identitiesOf(db: RegistryDb): readonly (string | undefined)[] {
  return databaseFiles(db.$client.name).map(identityAt)
}

/** Another number whenever another connection has written. */
function dataVersion(db: RegistryDb): unknown {
  return db.$client.pragma('data_version', { simple: true })
}
