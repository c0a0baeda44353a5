// Files go from some folders of a registry's data into others by renaming, which no mount in between allows: not even another one of the
// same disk. Nothing but renaming shows that, so it is tried before anybody is told that the registry is ready.
import { randomBytes } from 'node:crypto'
import { rename } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { isErrno } from '../../system/errno.ts'
import { oneFileSystem } from '../disk-errors.ts'
import {
  blobsPath,
  privateStagingPath,
  privateTreePath,
  stagingPath,
  trashPath,
  treePath,
  uploadsPath,
} from './paths.ts'

/** Between folders that are there. Throws IO_FAILED. */
export async function requireBlobRenames(dataDir: string): Promise<void> {
  for (const from of [uploadsPath(dataDir), trashPath(dataDir)]) await requireRename(dataDir, from, blobsPath(dataDir))
}

/** The same for what is served. */
export async function requireTreeRenames(dataDir: string): Promise<void> {
  await requireRename(dataDir, stagingPath(dataDir), treePath(dataDir))
  await requireRename(dataDir, privateStagingPath(dataDir), privateTreePath(dataDir))
}

/** Of a file that is not there: Linux asks for the mounts first, and nothing is written. */
async function requireRename(dataDir: string, from: string, to: string): Promise<void> {
  const name = `.${randomBytes(16).toString('hex')}`
  try {
    await rename(join(from, name), join(to, name))
  } catch (cause) {
    // Whoever looks after the places says what else is wrong with them; what is served can still be read.
    if (!isErrno(cause, 'EXDEV')) return
    const [place, target] = [relative(dataDir, from), relative(dataDir, to)]
    throw coded('IO_FAILED', {
      message: `no file can be renamed from ${quote(place)} into ${quote(target)} of the data directory: one of them is on another mount`,
      details: { from: place, to: target },
      hint: oneFileSystem(place, target),
      cause,
    })
  }
}
