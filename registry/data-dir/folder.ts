// The folder of a registry's data, made when it is not there, and refused where it is another user's, or where a link in it leads
// elsewhere: what is written, renamed or collected there would be somebody else's files, or lie on another disk.
import { existsSync, lstatSync, statSync } from 'node:fs'
import { coded } from '../../schemas/errors.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import { isMissing } from '../../system/files/errors.ts'
import { makeFolder } from '../../system/files/make-folder.ts'
import { explainRefusal, requireAccess } from '../../system/files/refusal.ts'
import { databasePath, dataPaths } from './paths.ts'

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
  requireOwner(dataDir)
  // Whoever locks the lock file proves it. The data directory itself may be a link.
  for (const path of dataPaths(dataDir)) requireNoLink(path)
}

/**
 * Root may write everywhere, and what it writes is closed to the user who serves the data: one `repo create` behind `sudo`, and the
 * registry can read the end of its own log no more. A folder that root prepared for another user is not its own either.
 */
function requireOwner(dataDir: string): void {
  const user = process.geteuid?.()
  const path = [databasePath(dataDir), ...(user === 0 ? [dataDir] : [])].find((place) => existsSync(place))
  if (user === undefined || path === undefined) return
  const owner = statSync(path).uid
  if (owner === user) return
  const word = shellWord(dataDir)
  throw coded('IO_FAILED', {
    message: `the data in ${quote(dataDir)} is that of the user with the number ${owner}, expected the one who works on it, ${user}`,
    details: { path, owner, user },
    hint: `work as that user, by \`sudo -u '#${owner}'\` before the same line; or \`chown -R ${user} ${word}\` where the data is to be this user's`,
  })
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink()
  } catch (error) {
    // A file may stand where a folder on the way should be.
    if (isMissing(error)) return false
    throw explainRefusal(error, WAY_OUT)
  }
}

function requireNoLink(path: string): void {
  if (!isLink(path)) return
  throw coded('IO_FAILED', {
    message: `${quote(path)} is a symbolic link, and a registry follows none below its data directory`,
    details: { path },
    hint: 'put what it leads to in its place, all on one disk; the data directory itself may be a link',
  })
}
