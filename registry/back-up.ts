// A copy of the truth, beside a running registry. The order is the guard: where the audit log ended, then the database, which reaches
// at least as far, then the blobs, which were on disk before the database named them. The database has its name last, so a copy that
// broke off holds no registry and passes for none.
import { existsSync, readdirSync, realpathSync, renameSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { coded, isCoded } from '../schemas/errors.ts'
import { quote } from '../schemas/quote.ts'
import { ignoring } from '../system/errno.ts'
import { makeFolder } from '../system/files/make-folder.ts'
import { syncFolders, syncWritten } from '../system/files/sync.ts'
import type { BlobStore } from './blobs/store.ts'
import type { RegistryDeps } from './context.ts'
import { auditHeadPath, databasePath, dataPaths, REMEMBERED } from './data-dir/paths.ts'
import { readRemembered, remember } from './data-dir/remembered.ts'
import type { Blob } from './db/records.ts'
import type { MetadataStore } from './db/store.ts'
import { writeError } from './disk-errors.ts'
import { openStores } from './open-registry.ts'

/** Throws USAGE for a database that gives no copy and for a folder that octo itself clears, ALREADY_EXISTS for one that holds anything, NO_SPACE or IO_FAILED. Bytes that are lost are left out: `checkData` misses them. */
export async function backUp({ config, metadata, blobs }: RegistryDeps, to: string): Promise<void> {
  const { dataDir } = config
  const copyTo = requireCopy(metadata)
  requireOutside(to, dataDir)
  makeFolder(to, 0o700)
  requireEmpty(to)
  await copyFile(auditHeadPath(dataDir), auditHeadPath(to)).catch(ignoring('ENOENT')).catch(explain)
  for (const name of REMEMBERED) {
    const told = await readRemembered(dataDir, name)
    if (told !== undefined) await remember(to, name, told)
  }
  const database = `${databasePath(to)}.part`
  await copyTo(database)
  const copies = await openStores(to)
  for await (const { digest, size, state } of metadata.blobs.walk())
    if (state === 'live') await copyBlob({ digest, size }, blobs, copies.blobs)
  syncWritten([database, auditHeadPath(to)].filter((path) => existsSync(path)))
  renameSync(database, databasePath(to))
  syncFolders([to])
}

const OTHER_BYTES = new Set<string>(['DIGEST_MISMATCH', 'SIZE_MISMATCH'])
const NOT_READ = new Set<string>(['DATA_DIR_CORRUPT', 'IO_FAILED'])

/** A disk that gives some of its bytes no more is the one that a copy is most wanted of. */
async function copyBlob({ digest, size }: Pick<Blob, 'digest' | 'size'>, from: BlobStore, to: BlobStore) {
  let isLost = false
  async function* read() {
    try {
      yield* from.open(digest)
    } catch (error) {
      isLost = isCoded(error) && NOT_READ.has(error.code)
      throw error
    }
  }
  await to.put({ digest, size, read }).catch((error: unknown) => {
    if (!isLost && !(isCoded(error) && OTHER_BYTES.has(error.code))) throw error
  })
}

/** One that is kept elsewhere has copies of its own, and bytes without the rows that name them are none. */
function requireCopy({ upkeep }: Pick<MetadataStore, 'upkeep'>): (file: string) => Promise<void> {
  if (upkeep.copyTo) return upkeep.copyTo
  throw coded('USAGE', {
    message: 'what this registry knows lies in no file that could be copied',
    hint: 'make the copy by the means of the database that it is kept in',
  })
}

/** What nobody knows there is removed, or shown to everybody. */
function requireOutside(to: string, dataDir: string): void {
  const [folder, data] = [placeOf(to), placeOf(dataDir)]
  const own = dataPaths(data).find((path) => `${folder}/`.startsWith(`${path}/`))
  if (own === undefined) return
  throw coded('USAGE', {
    message: `${quote(to)} lies in ${quote(own)}, where octo keeps only what it has made itself: a backup there would not last`,
    details: { path: to, folder: own },
    hint: 'name a folder that is not there yet outside of the data directory, best on another disk',
  })
}

/** Without links, also of what is not there yet. */
function placeOf(path: string): string {
  return existsSync(path) ? realpathSync(path) : join(placeOf(dirname(path)), basename(path))
}

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
