// The folder for temporary files that the environment names. Light: a warm run loads it, and node:os takes time.
import { resolve } from 'node:path'

/** Absolute. As Node's `os.tmpdir()` finds it. */
export function temporaryFolder(env: Readonly<Record<string, string | undefined>>): string {
  if (process.platform === 'win32') return process.getBuiltinModule('node:os').tmpdir()
  return resolve(env.TMPDIR || env.TMP || env.TEMP || '/tmp')
}
