// Whether one more version, and the plugin it may bring with it, can still be listed for every reader.
import type { GrowthLimits } from '../../schemas/growth-limits.ts'
import { requireRoomForPlugin, requireRoomForVersion } from '../../schemas/growth-limits.ts'
import type { FoundForPublishing } from '../db/publishing-store.ts'
import type { ReleaseKey } from '../db/records.ts'

/** Throws LIMIT_EXCEEDED. A version that is there already, perhaps with another signature, adds nothing. */
export function requireGrowth(
  release: ReleaseKey,
  { sealed, plugin, siblings }: Pick<FoundForPublishing, 'sealed' | 'plugin' | 'siblings'>,
  limits: GrowthLimits,
): void {
  if (sealed) return
  if (plugin) requireRoomForVersion(release, siblings, limits)
  else requireRoomForPlugin(release, siblings, limits)
}
