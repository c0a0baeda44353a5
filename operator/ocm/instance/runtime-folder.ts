// The folder of one instance: only its user enters it, its path is short enough for a socket, and it is gone afterwards, with what
// plugins put elsewhere under the name that they were given.
import { randomBytes } from 'node:crypto'
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import { isMissing } from '../../../system/files/errors.ts'
import { isOursAlone } from '../../../system/files/own-folder.ts'
import { ownTemporaryFolder, temporaryFolder } from '../../../system/files/temporary-folder.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export type RuntimeFolder = {
  readonly path: string
  /** Short, and nobody else's: plugins name their socket by it. */
  readonly id: string
  /** Removes it, and the socket and lock that the process of this number left. */
  remove(pid: number | undefined, socket: string | undefined): void
}

/** Throws IO_FAILED where there can be none, or none that is this user's alone. */
export function makeRuntimeFolder(env: Environment): RuntimeFolder {
  const parent = makeRuntimeParent(env)
  const path = usable(parent, () => mkdtempSync(join(parent, 'p-')))
  const id = randomBytes(4).toString('hex')
  return { path, id, remove: (pid, socket) => removeRuntimeFolder({ path, id }, pid, socket) }
}

/** The same for an instance that another process started. */
export function removeRuntimeFolder(
  { path, id }: Pick<RuntimeFolder, 'path' | 'id'>,
  pid: number | undefined,
  socket: string | undefined,
): void {
  // Plugins made with OCM's own SDK listen there, whatever TMPDIR says, and leave their lock.
  for (const left of new Set([`/tmp/${id}-plugin.socket`, ...(socket === undefined ? [] : [socket])]))
    asFarAsItGoes(() => removeSocket(left, pid))
  asFarAsItGoes(() => rmSync(path, { recursive: true, force: true, maxRetries: 3 }))
}

/** What a plugin locked, or still writes, stays: it must not end its host, nor turn a finished call into a failed one. */
function asFarAsItGoes(remove: () => void): void {
  try {
    remove()
  } catch {
    // The system empties its folder for temporary files.
  }
}

/** Large files of plugins lie there, so it is where the machine has its temporary files, and not its memory. */
export function makeRuntimeParent(env: Environment): string {
  ownTemporaryFolder(env)
  const folder = runtimeParent(env)
  usable(folder, () => mkdirSync(folder, { recursive: true, mode: 0o700 }))
  if (isOursAlone(folder)) return folder
  throw coded('IO_FAILED', {
    message: `folder ${quote(folder)} is not this user's alone`,
    details: { folder },
    hint: 'set TMPDIR to a folder of your own',
  })
}

function usable<Result>(folder: string, act: () => Result): Result {
  try {
    return act()
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown reason'
    throw coded('IO_FAILED', {
      message: `folder ${quote(folder)} of plugins that run could not be used: ${reason}`,
      details: { folder, reason },
      hint: 'set TMPDIR to a folder of your own that has room',
      cause,
    })
  }
}

/** Undefined where there is none yet that is this user's alone. */
export function findRuntimeParent(env: Environment): string | undefined {
  const folder = runtimeParent(env)
  return isOursAlone(folder) ? folder : undefined
}

function runtimeParent(env: Environment): string {
  return join(temporaryFolder(env), `octo-ocm-${process.getuid?.() ?? 'user'}`)
}

/** Whether somebody of this user listens there, and not another user who was faster. */
export function isOwnSocket(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  return stat?.isSocket() === true && stat.uid === (process.getuid?.() ?? stat.uid)
}

/** Only what is a socket of ours, and a lock that names the process which has ended. */
function removeSocket(path: string, pid: number | undefined): void {
  if (isOwnSocket(path)) rmSync(path, { force: true })
  const lock = `${path}.lock`
  if (pid !== undefined && textOf(lock) === String(pid)) rmSync(lock, { force: true })
}

function textOf(path: string): string | undefined {
  try {
    const stat = lstatSync(path)
    return stat.isFile() && stat.size < 32 ? readFileSync(path, 'latin1').trim() : undefined
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
