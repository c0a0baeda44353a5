// A copy of the truth, beside a running registry. The order is the guard: where the audit log ended, then the database, which reaches
// at least as far, then the blobs, which were on disk before the database named them. The database has its name last, so a copy that
// broke off holds no registry and passes for none.
import { existsSync, readdirSync, renameSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { coded, isCoded } from '../schemas/errors.ts'
import { quote } from '../schemas/quote.ts'
import { ignoring } from '../system/files/errors.ts'
import { makeFolder } from '../system/files/make-folder.ts'
import { syncFolders, syncWritten } from '../system/files/sync.ts'
import type { RegistryDeps } from './context.ts'
import { writeError } from './disk-errors.ts'
import { copyDatabase, openStores } from './open-registry.ts'
import { readRemembered, remember } from './server/remembered.ts'
import { auditHeadPath, databasePath, REMEMBERED } from './settings.ts'

/** Throws ALREADY_EXISTS for a folder that holds anything, NO_SPACE or IO_FAILED. Bytes that are damaged are left out: `checkData` misses them. */
export async function backUp({ config, metadata, blobs }: RegistryDeps, to: string): Promise<void> {
  makeFolder(to, 0o700)
  requireEmpty(to)
  const { dataDir } = config
  await copyFile(auditHeadPath(dataDir), auditHeadPath(to)).catch(ignoring('ENOENT')).catch(explain)
  for (const name of REMEMBERED) {
    const told = await readRemembered(dataDir, name)
    if (told !== undefined) await remember(to, name, told)
  }
  const database = join(to, 'octo.db.part')
  copyDatabase(dataDir, database)
  const copies = await openStores(to)
  for await (const { digest, size, state } of metadata.blobs.walk())
    if (state === 'live')
      await copies.blobs.put({ digest, size, read: () => blobs.open(digest) }).catch((error: unknown) => {
        if (!isCoded(error) || !DAMAGED.has(error.code)) throw error
      })
  syncWritten([database, auditHeadPath(to)].filter((path) => existsSync(path)))
  renameSync(database, databasePath(to))
  syncFolders([to])
}

const DAMAGED = new Set<string>(['DATA_DIR_CORRUPT', 'DIGEST_MISMATCH', 'SIZE_MISMATCH'])

function requireEmpty(folder: string): void {
  const [found] = readdirSync(folder)
  if (found === undefined) return
  throw coded('ALREADY_EXISTS', {
    message: `${quote(folder)} is not empty, it holds ${quote(found)}: each backup has a folder of its own`,
    details: { path: folder, found },
    hint: 'name a folder that is not there yet, such as one with the date in its name',
  })
}

function explain(error: unknown): never {
  throw writeError(error)
}
