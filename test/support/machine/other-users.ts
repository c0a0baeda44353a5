// Whether other users of this machine get to a place: tests that become another one, or ask whether one could read, depend on it.
import { realpathSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'

/** Whether everybody passes through all folders above it, and through itself where it is one. */
export function isReachable(path: string): boolean {
  return path === '/' || ((statSync(path).mode & 0o001) !== 0 && isReachable(dirname(path)))
}

/** Undefined where other users get to what a test puts into the folder for temporary files. */
export function whyUnreachable(): string | undefined {
  const folder = realpathSync(tmpdir())
  return isReachable(folder) ? undefined : `other users cannot reach ${folder}`
}
