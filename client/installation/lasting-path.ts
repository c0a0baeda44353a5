// A path of the octo that runs, for what calls it by this path for years: shims and units go through `current`, as the folder of a version is
// taken away when newer ones came. Light: loads nothing but names.
import { lstatSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { placesOf } from './places.ts'

/** The path itself, where it lies in no installation or not in the version that is started. */
export function lastingPath(path: string): string {
  const [, root, version, rest] = /^(.+?)\/versions\/([^/]+)\/(.+)$/.exec(path) ?? []
  if (root === undefined || rest === undefined) return path
  const { record, current } = placesOf(root)
  if (!lstatSync(record, { throwIfNoEntry: false })?.isFile()) return path
  const isCurrent =
    lstatSync(current, { throwIfNoEntry: false })?.isSymbolicLink() && readlinkSync(current) === `versions/${version}`
  return isCurrent ? join(current, rest) : path
}
