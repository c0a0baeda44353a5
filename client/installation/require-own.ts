// Who may change an installation: only the user whose it is, in a folder that nobody else can change. Root on the folder of a user would
// leave files there that the user cannot replace, and would run what the user put there.
import { accessSync, constants, lstatSync } from 'node:fs'
import { coded } from '../../schemas/errors.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import { onDisk } from '../../system/files/errors.ts'
import type { PathProblem } from '../../system/files/owned-path.ts'
import { explainRefusal } from '../../system/files/refusal.ts'
import { problemOfFolder } from '../store/own-folder.ts'
import type { Places } from './places.ts'

/** Those of its folders that are there. Throws INSTALLATION_UNSAFE, or IO_FAILED where the disk cannot be written. */
export function requireOwn({ root, versions, state, record }: Places): void {
  for (const folder of [root, versions, state]) requireOwnFolder(folder)
  requireOwnFile(record)
  requireWritable(root)
}

function requireOwnFolder(folder: string): void {
  const found = onDisk(folder, () => lstatSync(folder, { throwIfNoEntry: false }))
  if (!found) return
  if (!found.isDirectory()) throw unsafe(folder, 'is no folder of its own', { path: folder })
  const problem = onDisk(folder, () => problemOfFolder(folder))
  if (problem) throw unsafe(problem.place, problem.problem, { path: folder, ...detailsOf(problem) }, hintFor(problem))
}

function requireOwnFile(path: string): void {
  const found = onDisk(path, () => lstatSync(path, { throwIfNoEntry: false }))
  const own = process.getuid?.()
  if (!found || own === undefined) return
  if (!found.isFile()) throw unsafe(path, 'is no file', { path })
  if (found.uid !== own) throw unsafe(path, `belongs to another user (uid ${found.uid})`, { path, uid: found.uid })
  if ((found.mode & 0o022) !== 0)
    throw unsafe(path, 'can be written by other users', { path }, `run \`chmod go-w ${shellWord(path)}\``)
}

function requireWritable(folder: string): void {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw explainRefusal(error, 'update it as the user that it belongs to, on a disk that can be written')
  }
}

function detailsOf({ place, uid, mode }: PathProblem) {
  return { place, uid, mode }
}

function hintFor({ place, own, uid }: PathProblem): string {
  if (own) return `run \`chmod go-w ${shellWord(place)}\``
  return uid === 0 ? 'run the same command as root' : 'run the same command as the user that it belongs to'
}

function unsafe(path: string, problem: string, details: Readonly<Record<string, unknown>>, hint?: string): Error {
  return coded('INSTALLATION_UNSAFE', {
    message: `${quote(path)} ${problem}, and octo changes an installation only where it is its user's alone`,
    details,
    hint,
  })
}
