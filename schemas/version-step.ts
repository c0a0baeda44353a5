// What kind of step it is from one version to another. Below 1.0.0 the minor number is what a major one is later, as `^` has it.
import type { Version } from './version.ts'
import { compareVersions, satisfies } from './version.ts'

export type VersionStep = 'patch' | 'minor' | 'major' | 'downgrade'

/** Undefined where there is none. */
export function stepBetween(before: Version, after: Version): VersionStep | undefined {
  const order = compareVersions(after, before)
  if (order === 0) return undefined
  if (order < 0) return 'downgrade'
  if (!satisfies(after, `^${before}`, true)) return 'major'
  return lineOf(after) === lineOf(before) ? 'patch' : 'minor'
}

/** `1.2` of `1.2.3`. */
function lineOf(version: Version): string {
  return version.split('.', 2).join('.')
}
