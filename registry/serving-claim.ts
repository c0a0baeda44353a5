// The second lock on a data directory stands in the database itself: one row names the one process that serves it. It holds
// when `serve.lock` was removed or replaced, and under every path. Whoever wants the row asks its holder first, by writing a
// challenge into it; a holder that lives answers within a moment, and one that lost the row finds out in its next write.
import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { DataLock } from './data-lock.ts'
import { dataDirLocked, identityOf } from './data-lock.ts'
import type { Db, RegistryDb } from './db/sqlite/open.ts'
import { guardWrites, write, writePatiently } from './db/sqlite/open.ts'
import type { ServingRow } from './db/sqlite/serving.ts'
import { answerChallenge, putChallenge, putServing, readServing, removeServing } from './db/sqlite/serving.ts'
import { databasePath } from './settings.ts'

export type ServingClaim = {
  /** Throws DATA_DIR_LOCKED once the data is another process's. */
  require(): void
  /** To be called often: answers challenges, and locks the lock file anew when it was removed. Throws as `require` does. */
  keep(): void
  release(): Promise<void>
}

/** A holder looks every half second; longer than this only one that is gone, or stopped, stays silent. */
const ANSWER_MS = 3000
const LOOK_MS = 50

/** Takes both locks. From then on no write of this `db` goes through once they are lost. Throws DATA_DIR_LOCKED. */
export async function claimServing(db: RegistryDb, dataDir: string, lock: DataLock): Promise<ServingClaim> {
  const holder = randomBytes(16).toString('hex')
  await takeRow(db, dataDir, { holder, lockFile: lock.file() })
  const database = identityOf(databasePath(dataDir))
  const requireRow = (tx: Db) => {
    if (readServing(tx)?.holder !== holder) throw dataDirLocked(dataDir)
  }
  guardWrites(db, requireRow)

  return {
    require: () => requireRow(db),
    keep() {
      if (identityOf(databasePath(dataDir)) !== database) throw dataDirLocked(dataDir)
      requireRow(db)
      if (readServing(db)?.challenge) write(db, (tx) => answerChallenge(tx, holder))
      if (mendLock(lock)) write(db, (tx) => putServing(tx, { holder, lockFile: lock.file() }))
    },
    async release() {
      if (readServing(db)?.holder === holder) await writePatiently(db, (tx) => removeServing(tx, holder))
    },
  }
}

/** While the row is ours nobody else serves: whoever has the new lock file is about to be refused. */
function mendLock(lock: DataLock): boolean {
  try {
    return lock.mend()
  } catch {
    return false
  }
}

async function takeRow(db: RegistryDb, dataDir: string, mine: Omit<ServingRow, 'challenge'>): Promise<void> {
  const found = readServing(db)
  // Two processes cannot have one file locked: the kernel says that the holder is gone.
  const isGone = !found || found.lockFile === mine.lockFile || (await isSilent(db, mine.holder))
  if (!isGone) throw dataDirLocked(dataDir)
  await writePatiently(db, (tx) => {
    const now = readServing(tx)
    if (now && found && now.holder !== found.holder) throw dataDirLocked(dataDir)
    if (now && now.lockFile !== mine.lockFile && now.challenge !== mine.holder) throw dataDirLocked(dataDir)
    putServing(tx, mine)
  })
}

/** Asks the holder whether it lives. */
async function isSilent(db: RegistryDb, challenge: string): Promise<boolean> {
  await writePatiently(db, (tx) => putChallenge(tx, challenge))
  for (let waited = 0; waited < ANSWER_MS; waited += LOOK_MS) {
    await setTimeout(LOOK_MS)
    const now = readServing(db)
    if (!now) return true
    if (now.challenge !== challenge) return false
  }
  return true
}
