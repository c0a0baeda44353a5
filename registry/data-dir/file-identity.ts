// Which file lies at a path: the same one under every name, and another one once it was replaced.
import type { BigIntStats } from 'node:fs'
import { lstatSync } from 'node:fs'

/** Device and inode of what lies there itself, also where that is a link; undefined where nothing does. */
export function identityAt(path: string): string | undefined {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return found && identityOf(found)
}

export function identityOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`
}
