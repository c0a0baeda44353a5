// A folder for the temporary files of a process that octo becomes, so that octo is not there to remove it. It is named for
// the process, and later runs remove those whose process has ended. All lie in one folder of this user's, where nobody else
// can put or replace one. Light: a warm run loads it.
import { mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { hasEnded, nameOfThisProcess } from '../process/own-name.ts'
import { isOursAlone } from './own-folder.ts'
import { ownTemporaryFolder } from './temporary-folder.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Removed when it is disposed of, where octo stays what it is. */
type ProcessDirectory = Disposable & { readonly path: string }

/** So many are looked at in one run: a thousand plugins that run must not slow down the next one. */
const LOOKED_AT = 16
/** Removing one takes as long as all that a warm run compares, so it is left to the first that finds more than these. */
const LEFT_LYING = 16

/** Throws IO_FAILED where there can be none that is this user's alone, and what the file system says. */
export function makeProcessDirectory(env: Environment): ProcessDirectory {
  const parent = parentOf(env)
  if (!isOursAlone(parent)) makeOurs(parent)
  const names = readdirSync(parent)
  if (names.length > LEFT_LYING) sweep(parent, names)
  const path = mkdtempSync(join(parent, `${nameOfThisProcess()}-`))
  return { path, [Symbol.dispose]: () => remove(path) }
}

/** Removes what ended processes have left. Never throws. */
export function sweepProcessDirectories(env: Environment): void {
  try {
    const parent = parentOf(env)
    if (isOursAlone(parent)) sweep(parent, readdirSync(parent))
  } catch {
    // What lies there instead of a folder is said to the plugin that wants to write there.
  }
}

function parentOf(env: Environment): string {
  return join(ownTemporaryFolder(env), `octo-run-${process.getuid?.()}`)
}

function makeOurs(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  if (!isOursAlone(folder))
    throw coded('IO_FAILED', {
      message: `folder ${quote(folder)} is not this user's alone`,
      details: { parent: folder },
      hint: 'set TMPDIR to a folder of your own',
    })
}

/** Begins anywhere, so that those that are never looked at are not always the same. */
function sweep(parent: string, names: readonly string[]): void {
  const first = process.pid % Math.max(1, names.length)
  for (const name of [...names.slice(first), ...names.slice(0, first)].slice(0, LOOKED_AT))
    if (hasEnded(ownerOf(name))) remove(join(parent, name))
}

function ownerOf(name: string): string {
  return /^(.*)-[A-Za-z0-9]{6}$/.exec(name)?.[1] ?? ''
}

/** Follows no link. What a plugin left and locked stays. */
function remove(folder: string): void {
  try {
    rmdirSync(folder)
    return
  } catch {
    // Mostly nothing is left in it, and this is the faster way then.
  }
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {
    // It is this user's alone, and the system empties its folder for temporary files.
  }
}
