// The folder that shims are written into. A shim is believed by whoever calls it, so nobody else may put another in its place.
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import { onDisk } from '../../system/files/errors.ts'
import type { PathProblem } from '../../system/files/owned-path.ts'
import { problemOfLastingPath, problemOfPath } from '../../system/files/owned-path.ts'

/** Absolute; throws USAGE, FILE_NOT_FOUND or LINK_UNSAFE. `hint` is for a folder that is not there. */
export function requireShimFolder(typed: string, cwd: string, hint?: string): string {
  const folder = requireFolder(typed, cwd, hint ?? `\`mkdir -p ${shellWord(resolve(cwd, typed))}\` makes it`)
  return requireSafe(folder, problemOfLastingPath(folder))
}

/** The folder of shims that are there: they may be taken away from one that is below a folder for temporary files. */
export function requireFolderOfShims(typed: string, cwd: string): string {
  const folder = requireFolder(typed, cwd, 'name the folder that `octo link --to` was given')
  return requireSafe(folder, problemOfPath(folder))
}

function requireFolder(typed: string, cwd: string, hint: string): string {
  const folder = resolve(cwd, typed)
  refuseUnwritable(folder)
  const stat = onDisk(folder, () => statSync(folder, { throwIfNoEntry: false }))
  if (stat?.isDirectory()) return folder
  throw coded('FILE_NOT_FOUND', { message: `${quote(folder)} is not a folder`, details: { folder }, hint })
}

function requireSafe(folder: string, problem: PathProblem | undefined): string {
  if (!problem) return folder
  const subject =
    problem.place === folder ? `folder ${quote(folder)}` : `${quote(problem.place)} on the way to ${quote(folder)}`
  throw coded('LINK_UNSAFE', {
    message: `${subject} ${problem.problem}, found mode 0${problem.mode}`,
    details: { folder, place: problem.place, uid: problem.uid, mode: `0${problem.mode}` },
    hint: problem.own
      ? `run \`chmod go-w ${shellWord(problem.place)}\``
      : 'name a folder of your own or of root, below folders of your own or of root',
  })
}

/** Neither can stand in the text of a shim. */
export function refuseUnwritable(path: string): void {
  if (!/[\n\0]/.test(path)) return
  throw coded('USAGE', { message: `path ${quote(path)} has a line break in it, which no shim can name` })
}
