// The folder for temporary files that the environment names. Light: a warm run loads it, and node:os takes time.
import { resolve } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { PathProblem } from './owned-path.ts'
import { problemOfPath } from './owned-path.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Absolute. As Node's `os.tmpdir()` finds it. */
export function temporaryFolder(env: Environment): string {
  if (process.platform === 'win32') return process.getBuiltinModule('node:os').tmpdir()
  return resolve(env.TMPDIR || env.TMP || env.TEMP || '/tmp')
}

/**
 * The same, for folders that are to be this user's alone: where others may rename what lies there, as without a sticky bit, their
 * own stands in its place a moment later. Throws IO_FAILED.
 */
export function ownTemporaryFolder(env: Environment): string {
  const folder = temporaryFolder(env)
  const found = problemOfTemporary(folder)
  if (!found) return folder
  const { place, problem, mode } = found
  throw coded('IO_FAILED', {
    message: `folder for temporary files ${quote(folder)} is not used: ${quote(place)} ${problem}, found mode 0${mode}`,
    details: { folder, place, mode },
    hint: 'set TMPDIR to a folder of your own',
  })
}

/** Undefined also where nothing is there, which whoever wants to write is told. */
export function problemOfTemporary(folder: string): PathProblem | undefined {
  try {
    return problemOfPath(folder)
  } catch {
    return undefined
  }
}
