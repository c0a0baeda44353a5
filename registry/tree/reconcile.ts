// Proves that the tree is what the database says: nothing missing, nothing different, nothing more. The same code that
// writes the tree does the looking, with a staging that keeps a list and, unless it repairs, writes nothing.
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Name } from '../../schemas/name.ts'
import { parsePluginDocument } from '../../schemas/plugin-document.ts'
import { pluginDocumentPath, pluginPagePath } from '../../static-tree/paths.ts'
import { isDocumentThere } from '../../static-tree/write/variants.ts'
import { isEverythingHere } from '../db/sqlite/audit.ts'
import { listServedVersions } from '../db/sqlite/listings.ts'
import { listRepos } from '../db/sqlite/records.ts'
import { removeExtraFiles } from './extra-files.ts'
import type { Finding } from './findings.ts'
import { recordingStaging } from './findings.ts'
import type { Depth, TreePlaces } from './show.ts'
import { showDiscovery, showPlugin, showRepo } from './show.ts'

export type ReconcileOptions = {
  /** `glance`: is everything there; `quick`: do all documents say what they should; `deep`: all bytes and twins too. */
  readonly depth: 'glance' | Depth
  readonly repair: boolean
}

export type TreeReport = {
  readonly plugins: number
  readonly problems: number
  readonly missing: number
  readonly different: number
  readonly extra: number
  readonly repaired: boolean
  /** The first hundred. */
  readonly findings: readonly Finding[]
}

const MAX_FINDINGS = 100

type Exclusively = <T>(act: () => Promise<T>) => Promise<T>

export async function reconcileTree(
  places: TreePlaces,
  { depth, repair, exclusively }: ReconcileOptions & { readonly exclusively: Exclusively },
): Promise<TreeReport> {
  const { staging, findings } = recordingStaging(places.staging, { root: places.root, repair })
  const recorded: TreePlaces = { ...places, staging, changed: repair ? places.changed : () => {} }
  const shownDepth = depth === 'deep' ? 'deep' : 'quick'
  let plugins = 0
  await exclusively(() => showDiscovery(recorded, shownDepth))
  for (const repo of listRepos(places.db)) {
    const names = [...places.catalog.shards(repo).values()].flatMap((members) => [...members])
    plugins += names.length
    for (const plugin of names) await exclusively(() => lookAtPlugin(repo, plugin, { places: recorded, depth }))
    await exclusively(() => showRepo(repo, recorded, depth === 'glance' ? { plugins: [] } : { depth }))
  }
  // The last copy of what was published stays, even when its row is gone.
  if (isEverythingHere(places.db)) await removeExtraFiles(recorded, { exclusively, withBlobs: depth !== 'glance' })
  return reportOf([...findings.values()], { plugins, repaired: repair })
}

type Look = { readonly places: TreePlaces; readonly depth: ReconcileOptions['depth'] }

async function lookAtPlugin(repo: Name, plugin: Name, { places, depth }: Look): Promise<void> {
  if (depth !== 'glance') await showPlugin(repo, plugin, places, depth)
  else if (!(await isThere(repo, plugin, places))) await showPlugin(repo, plugin, places, 'deep')
}

async function isThere(repo: Name, plugin: Name, { root, db, documentBytes }: TreePlaces): Promise<boolean> {
  const served = listServedVersions(db, repo, plugin)
  const folders = new Set<string>(await readdir(join(root, 'repos', repo, plugin)).catch(() => []))
  if (!served.every((version) => folders.has(version))) return false
  const documents = (['json', 'yaml'] as const).map((format) => join(root, pluginDocumentPath(repo, plugin, format)))
  const looks = await Promise.all(documents.map(isDocumentThere))
  return looks.every(Boolean) && arePagesThere(repo, plugin, { root, documentBytes })
}

/** A document that names pages is never a small one, so the small ones need not be read. */
async function arePagesThere(
  repo: Name,
  plugin: Name,
  { root, documentBytes }: Pick<TreePlaces, 'root' | 'documentBytes'>,
) {
  const path = join(root, pluginDocumentPath(repo, plugin, 'json'))
  if ((await stat(path)).size < documentBytes / 4) return true
  const { pages = [] } = parsePluginDocument(await readFile(path, 'utf8'), path)
  const looks = pages.map(({ page }) => isDocumentThere(join(root, pluginPagePath(repo, plugin, page))))
  return (await Promise.all(looks)).every(Boolean)
}

function reportOf(
  findings: readonly Finding[],
  { plugins, repaired }: { readonly plugins: number; readonly repaired: boolean },
): TreeReport {
  const count = (kind: Finding['kind']) => findings.filter((finding) => finding.kind === kind).length
  return {
    plugins,
    problems: findings.length,
    missing: count('missing'),
    different: count('different'),
    extra: count('extra'),
    repaired: repaired && findings.length > 0,
    findings: findings.slice(0, MAX_FINDINGS),
  }
}
