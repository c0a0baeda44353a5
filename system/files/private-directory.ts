// A directory for one run that only its user may enter, and that is gone afterwards: nobody can have put a file or link
// where the plugin will write.
import { mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'

type PrivateDirectory = Disposable & {
  /** Working directory, empty at the start. */
  readonly work: string
  /** For temporary files, `TMPDIR`. */
  readonly temporary: string
}

export function makePrivateDirectory(): PrivateDirectory {
  const root = makeRoot(tmpdir())
  const work = join(root, 'work')
  const temporary = join(root, 'tmp')
  for (const path of [work, temporary]) mkdirSync(path, { mode: 0o700 })
  return { work, temporary, [Symbol.dispose]: () => remove(root) }
}

function makeRoot(folder: string): string {
  try {
    return mkdtempSync(join(folder, 'octo-run-'))
  } catch (cause) {
    const { code: reason } = cause as { code?: string }
    throw coded('IO_FAILED', {
      message: `folder for temporary files ${quote(folder)} could not be used: ${reason ?? 'unknown reason'}`,
      details: { folder, ...(reason ? { reason } : {}) },
      hint: 'set TMPDIR to a folder that you can write',
      cause,
    })
  }
}

/** What a plugin left behind and locked must not turn a finished run into a failed one. */
function remove(root: string): void {
  try {
    // Mostly nothing was left behind, and this is the faster way then.
    for (const name of ['work', 'tmp']) rmdirSync(join(root, name))
    rmdirSync(root)
    return
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
