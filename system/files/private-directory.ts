// A directory for one run that only its user may enter, and that is gone afterwards: nobody can have put a file or link
// where the plugin will write. Whoever makes one removes those of killed runs first.
import { mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs'
import { mkdir, mkdtemp, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { collectAbandonedOnce, directoryPrefix } from './abandoned-directories.ts'
import { ownTemporaryFolder } from './temporary-folder.ts'

type Places = {
  /** Working directory, empty at the start. */
  readonly work: string
  /** For temporary files, `TMPDIR`. */
  readonly temporary: string
}

const ONLY_OURS = { mode: 0o700 }

export function makePrivateDirectory(): Places & Disposable {
  const folder = parentOf()
  collectAbandonedOnce(folder)
  const root = makeRoot(folder)
  const places = placesIn(root)
  try {
    for (const path of Object.values(places)) mkdirSync(path, ONLY_OURS)
  } catch (cause) {
    throw takenBack(root, folder, cause)
  }
  return { ...places, [Symbol.dispose]: () => remove(root) }
}

/** The same for who keeps time meanwhile: on a busy disk each of these calls takes milliseconds. */
export async function openPrivateDirectory(): Promise<Places & AsyncDisposable> {
  const folder = parentOf()
  collectAbandonedOnce(folder)
  const root = await mkdtemp(join(folder, directoryPrefix())).catch((cause: unknown) => {
    throw notUsable(folder, cause)
  })
  const places = placesIn(root)
  try {
    for (const path of Object.values(places)) await mkdir(path, ONLY_OURS)
  } catch (cause) {
    throw takenBack(root, folder, cause)
  }
  return { ...places, [Symbol.asyncDispose]: () => removeAside(root) }
}

// allow(environment): as Node's own `os.tmpdir()`, for all who start a plugin
const parentOf = () => ownTemporaryFolder(process.env)

function placesIn(root: string): Places {
  return { work: join(root, 'work'), temporary: join(root, 'tmp') }
}

function makeRoot(folder: string): string {
  try {
    return mkdtempSync(join(folder, directoryPrefix()))
  } catch (cause) {
    throw notUsable(folder, cause)
  }
}

/** The disk had room for it, and none for what is in it. */
function takenBack(root: string, folder: string, cause: unknown): Error {
  removeAll(root)
  return notUsable(folder, cause)
}

function notUsable(folder: string, cause: unknown): Error {
  const { code: reason } = cause as { code?: string }
  return coded('IO_FAILED', {
    message: `folder for temporary files ${quote(folder)} could not be used: ${reason ?? 'unknown reason'}`,
    details: { folder, ...(reason ? { reason } : {}) },
    hint: 'set TMPDIR to a folder that you can write',
    cause,
  })
}

/** What a plugin left behind and locked must not turn a finished run into a failed one. */
function remove(root: string): void {
  try {
    // Mostly nothing was left behind, and this is the faster way then.
    for (const path of Object.values(placesIn(root))) rmdirSync(path)
    rmdirSync(root)
  } catch {
    removeAll(root)
  }
}

async function removeAside(root: string): Promise<void> {
  try {
    for (const path of Object.values(placesIn(root))) await rmdir(path)
    await rmdir(root)
  } catch {
    removeAll(root)
  }
}

function removeAll(root: string): void {
  try {
    rmSync(root, { recursive: true, force: true, maxRetries: 3 })
  } catch {
    // Other users cannot enter it, and the system empties its folder for temporary files.
  }
}
