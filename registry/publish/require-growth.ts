// Whether one more version, and the plugin it may bring with it, can still be listed for every reader.
import type { GrowthLimits } from '../../schemas/growth-limits.ts'
import { requireRoomForPlugin, requireRoomForVersion } from '../../schemas/growth-limits.ts'
import type { Db } from '../db/sqlite/open.ts'
import type { ReleaseKey } from '../db/sqlite/versions.ts'
import { countPlugins, countVersions, findPlugin, findVersion } from '../db/sqlite/versions.ts'

/** Throws LIMIT_EXCEEDED. A version that is there already, perhaps with another signature, adds nothing. */
export function requireGrowth(tx: Db, release: ReleaseKey, limits: GrowthLimits): void {
  if (findVersion(tx, release)) return
  const isKnown = findPlugin(tx, release.repo, release.plugin) !== undefined
  if (isKnown) requireRoomForVersion(release, countVersions(tx, release), limits)
  else requireRoomForPlugin(release, countPlugins(tx, release.repo), limits)
}
