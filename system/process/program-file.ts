// Whether a path is a file that this user may start.
import { accessSync, constants, statSync } from 'node:fs'

export function isProgramFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
