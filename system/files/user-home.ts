// Where a user is at home. Users that no list of users knows, as containers have them, are nowhere. Light: a warm run loads it, and
// node:os takes time.
import { resolve } from 'node:path'

/** HOME, or what the system knows; undefined where there is neither. */
export function userHome({ HOME }: Readonly<Record<string, string | undefined>>): string | undefined {
  // What starts elsewhere has another working directory.
  if (HOME) return resolve(HOME)
  try {
    return process.getBuiltinModule('node:os').homedir()
  } catch {
    return undefined
  }
}
