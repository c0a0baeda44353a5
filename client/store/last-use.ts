// When the files of an artifact were last used, to a day: the time of an empty file says it, so that a warm run asks once and
// nearly never writes. Nothing is decided by it but what goes first when room is made. Light: warm runs load it.
import { lstatSync, lutimesSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Layout, TreeKey } from './layout.ts'

/** Between two writes. */
const DAY_MS = 86_400_000

/** Never throws: a store that cannot be written knows no last use. */
export function noteUse(layout: Layout, key: TreeKey, now: number = Date.now()): void {
  // What lies in the store of all users is kept by whoever looks after that.
  if (layout.sharedRoot !== undefined) return
  try {
    const path = layout.useMark(key)
    const mark = lstatSync(path, { throwIfNoEntry: false })
    if (!mark) begin(path, now)
    else if (Math.abs(now - mark.mtimeMs) >= DAY_MS) lutimesSync(path, now / 1000, now / 1000)
  } catch {
    // It may be read-only, full, or cleaned just now.
  }
}

/** Milliseconds since 1970; undefined where it was never noted. */
export function lastUse(layout: Layout, key: TreeKey): number | undefined {
  return lstatSync(layout.useMark(key), { throwIfNoEntry: false })?.mtimeMs
}

/** Stores of earlier, which may be read-only by now, do not have the folder. */
function begin(path: string, now: number): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, '', { flag: 'wx', mode: 0o600 })
  lutimesSync(path, now / 1000, now / 1000)
}
