// What becomes of a plugin's own record when one of its versions came or changed.
import { coded } from '../../schemas/errors.ts'
import { isPrerelease } from '../../schemas/version.ts'
import { bestOf } from '../../static-tree/newest.ts'
import type { PluginChange } from '../db/publishing-store.ts'
import type { Plugin, RankedVersion, ReleaseKey } from '../db/records.ts'

type Change = {
  readonly release: Pick<ReleaseKey, 'repo' | 'plugin'>
  /** Undefined for one that is new. */
  readonly known: Plugin | undefined
  /** As they are after the change. */
  readonly versions: readonly RankedVersion[]
  readonly at: number
}

/** With the next serial, described by the version that speaks for it. Throws DATA_DIR_CORRUPT for one without any version. */
export function refreshPlugin({ release: { repo, plugin }, known, versions, at }: Change): PluginChange {
  const best = bestOf(versions)
  if (!best) throw coded('DATA_DIR_CORRUPT', { message: `plugin \`${repo}/${plugin}\` has no version` })
  const isOffered = best.state === 'active' && !isPrerelease(best.version)
  const newest = isOffered ? best.version : null
  return { serial: (known?.serial ?? 0) + 1, newest, describedBy: best.version, at }
}
