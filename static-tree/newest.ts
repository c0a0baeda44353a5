// Which release speaks for its plugin in a listing.
import type { Name } from '../schemas/name.ts'
import { compareVersions, isPrerelease } from '../schemas/version.ts'
import type { PluginRecord, ReleaseRecord } from './record.ts'

/** A plugin as lists of plugins show it. */
export type Listing = {
  readonly repo: Name
  readonly plugin: Name
  /** Describes the plugin: the newest stable release, or the best there is. */
  readonly release: ReleaseRecord
  /** Whether the release may be offered: active and no pre-release. */
  readonly stable: boolean
}

type Ranked = Pick<ReleaseRecord, 'version' | 'state'>

/** Undefined for a plugin without releases. */
export function listingOf({ repo, plugin, releases }: PluginRecord): Listing | undefined {
  const release = bestOf(releases)
  return release && { repo, plugin, release, stable: rankOf(release) === 3 }
}

/** The release that speaks for its plugin: the newest stable one, or the best there is. */
export function bestOf<Release extends Ranked>(releases: readonly Release[]): Release | undefined {
  return releases.reduce<Release | undefined>((best, next) => (best && !isBetter(next, best) ? best : next), undefined)
}

function isBetter(next: Ranked, best: Ranked): boolean {
  const rank = rankOf(next) - rankOf(best)
  if (rank !== 0) return rank > 0
  return compareVersions(next.version, best.version) > 0
}

/** Stable before pre-release before yanked before quarantined. */
function rankOf(release: Ranked): number {
  if (release.state === 'quarantined') return 0
  if (release.state === 'yanked') return 1
  return isPrerelease(release.version) ? 2 : 3
}
