// The text of a file that may as well be missing: of what the system tells about a process, or of a file that somebody takes away.
import { readFileSync } from 'node:fs'

/** Undefined where it cannot be read, whatever the reason is. */
export function textIfReadable(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
