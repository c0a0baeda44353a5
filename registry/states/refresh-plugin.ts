// Brings a plugin's own row and its search entry up to date after one of its versions came or changed.
import { coded } from '../../schemas/errors.ts'
import type { Name } from '../../schemas/name.ts'
import { isPrerelease } from '../../schemas/version.ts'
import { bestOf } from '../../static-tree/newest.ts'
import type { Db } from '../db/sqlite/open.ts'
import { indexWords } from '../db/sqlite/search.ts'
import { findPlugin, listVersionStates, readVersion, updatePlugin } from '../db/sqlite/versions.ts'

/** Gives the new serial of the plugin's document. */
export function refreshPlugin(tx: Db, repo: Name, plugin: Name): number {
  const serial = (findPlugin(tx, repo, plugin)?.serial ?? 0) + 1
  const best = bestOf(listVersionStates(tx, repo, plugin))
  const row = best && readVersion(tx, best.id)
  if (!row) throw coded('DATA_DIR_CORRUPT', { message: `plugin \`${repo}/${plugin}\` has no version` })
  const { kind, category = null, description } = row.predicate.manifest
  const newest = row.state === 'active' && !isPrerelease(row.version) ? row.version : null
  updatePlugin(tx, repo, plugin, { serial, kind, category, description, newest })
  indexWords(tx, { repo, plugin, category, description })
  return serial
}
