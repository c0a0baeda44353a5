// The folder of a registry's data, made when it is not there, and refused where it is another user's, or where a link in it leads
// elsewhere: what is written, renamed or collected there would be somebody else's files, or lie on another disk.
import { lstatSync, statSync } from 'node:fs'
import { coded } from '../schemas/errors.ts'
import { quote } from '../schemas/quote.ts'
import { isMissing } from '../system/files/errors.ts'
import { makeFolder } from '../system/files/make-folder.ts'
import { explainRefusal, requireAccess } from '../system/files/refusal.ts'
import { databasePath, dataPaths } from './settings.ts'

const WAY_OUT = 'work as the user whose data it is, or give a folder of your own as `--data`'

/** Throws IO_FAILED. */
export function makeDataFolder(dataDir: string): void {
  try {
    makeFolder(dataDir)
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code
    throw coded('IO_FAILED', {
      message: `the data directory ${quote(dataDir)} cannot be made: ${reason ?? 'refused'}`,
      details: { path: dataDir, reason },
      hint: 'give a folder that this user may write to as `--data`',
      cause,
    })
  }
  requireOwnData(dataDir)
}

/** Whether there is a registry; throws IO_FAILED where this user may not know or use it. */
export function holdsRegistry(dataDir: string): boolean {
  try {
    statSync(databasePath(dataDir))
  } catch (error) {
    if (isMissing(error)) return false
    throw explainRefusal(error, WAY_OUT)
  }
  requireOwnData(dataDir)
  return true
}

/** Throws IO_FAILED for data that is there and closed to this user, or reached by a link. */
export function requireOwnData(dataDir: string): void {
  for (const path of [dataDir, databasePath(dataDir)])
    if (statSync(path, { throwIfNoEntry: false })) requireAccess(path, WAY_OUT)
  // Whoever locks the lock file proves it. The data directory itself may be a link.
  for (const path of dataPaths(dataDir)) requireNoLink(path)
}

function requireNoLink(path: string): void {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return
  throw coded('IO_FAILED', {
    message: `${quote(path)} is a symbolic link, and a registry follows none below its data directory`,
    details: { path },
    hint: 'put what it leads to in its place, all on one disk; the data directory itself may be a link',
  })
}
