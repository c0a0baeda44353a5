// The second lock on a data directory stands in the database itself: one row names the one process that serves it. It holds
// when `serve.lock` was removed or replaced, and under every path. Whoever wants the row asks its holder first, by writing a
// challenge into it; a holder that lives answers within a moment, and one that lost the row finds out in its next write.
import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { DataLock } from './data-dir/lock.ts'
import { dataDirLocked, dataDirReplaced } from './data-dir/lock.ts'
import type { Serving } from './db/records.ts'
import type { ServingStore } from './db/store.ts'

export type ServingClaim = {
  /** Throws DATA_DIR_LOCKED once the data is another process's, or is not where it was. */
  require(): Promise<void>
  /** To be called often: answers challenges, and locks the lock file anew when it was removed. Throws as `require` does. */
  keep(): Promise<void>
  release(): Promise<void>
}

/** A holder looks every half second; longer than this only one that is gone, or stopped, stays silent. */
const ANSWER_MS = 3000
const LOOK_MS = 50

/** Takes both locks. From then on no write of this store goes through once they are lost. Throws DATA_DIR_LOCKED. */
export async function claimServing(serving: ServingStore, dataDir: string, lock: DataLock): Promise<ServingClaim> {
  const holder = randomBytes(16).toString('hex')
  await takeRow(serving, dataDir, { holder, lockFile: lock.file() })
  serving.guard(holder, (why) => (why === 'replaced' ? dataDirReplaced(dataDir) : dataDirLocked(dataDir)))
  const requireRow = async () => {
    if (!(await serving.isInPlace())) throw dataDirReplaced(dataDir)
    const now = await serving.holder()
    if (now?.holder !== holder) throw dataDirLocked(dataDir)
    return now
  }

  return {
    require: async () => void (await requireRow()),
    async keep() {
      const { challenge } = await requireRow()
      if (challenge) await serving.answer(holder)
      if (mendLock(lock)) await serving.claim({ holder, lockFile: lock.file() }, () => {})
    },
    async release() {
      // What stands in the place of the database is for whoever put it there.
      if ((await serving.isInPlace()) && (await serving.holder())?.holder === holder) await serving.release(holder)
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

async function takeRow(serving: ServingStore, dataDir: string, mine: Omit<Serving, 'challenge'>): Promise<void> {
  const found = await serving.holder()
  // Two processes cannot have one file locked: the kernel says that the holder is gone.
  const isGone = !found || found.lockFile === mine.lockFile || (await isSilent(serving, mine.holder))
  if (!isGone) throw dataDirLocked(dataDir)
  await serving.claim(mine, (now) => {
    if (now && found && now.holder !== found.holder) throw dataDirLocked(dataDir)
    if (now && now.lockFile !== mine.lockFile && now.challenge !== mine.holder) throw dataDirLocked(dataDir)
  })
}

/** Asks the holder whether it lives. */
async function isSilent(serving: ServingStore, challenge: string): Promise<boolean> {
  await serving.challenge(challenge)
  for (let waited = 0; waited < ANSWER_MS; waited += LOOK_MS) {
    await setTimeout(LOOK_MS)
    const now = await serving.holder()
    if (!now) return true
    if (now.challenge !== challenge) return false
  }
  return true
}
