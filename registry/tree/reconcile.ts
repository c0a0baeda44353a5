// Proves that the tree is what the database says: nothing missing, nothing different, nothing more. The same code that
// writes the tree does the looking, with a store that keeps a list and, unless it repairs, writes nothing.
import { isCoded } from '../../schemas/errors.ts'
import type { Name } from '../../schemas/name.ts'
import { parsePluginDocument } from '../../schemas/plugin-document.ts'
import { pluginDocumentPath, pluginPagePath } from '../../static-tree/paths.ts'
import { isDocumentThere } from '../../static-tree/write/document.ts'
import { isFatal } from '../fatal.ts'
import { removeExtraFiles } from './extra-files.ts'
import type { Finding } from './findings.ts'
import { recordingStore } from './findings.ts'
import type { BothTrees, Depth, TreePlaces } from './show.ts'
import { showDiscovery, showPlugin, showRepo, showSchemas } from './show.ts'

export type ReconcileOptions = {
  /** `shallow`: is everything there; `quick`: do all documents say what they should; `deep`: all bytes and variants too. */
  readonly depth: 'shallow' | Depth
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

/** What keeps one plugin from being shown keeps no other: the first of that is thrown at the end. */
export async function reconcileTrees(
  both: BothTrees,
  options: ReconcileOptions & Pick<Reconciling, 'exclusively'>,
): Promise<TreeReport> {
  const failed: unknown[] = []
  const open = await reconcileTree(both.public, { ...options, failed })
  const hidden = await reconcileTree(both.private, { ...options, failed })
  if (failed.length > 0) throw failed[0]
  const findings = [
    ...open.findings,
    ...hidden.findings.map(({ kind, path }): Finding => ({ kind, path: `private-tree/${path}` })),
  ]
  return reportOf(findings, { plugins: open.plugins + hidden.plugins, repaired: options.repair })
}

type Reconciling = ReconcileOptions & { readonly exclusively: Exclusively; readonly failed: unknown[] }
type Looked = { readonly plugins: number; readonly findings: readonly Finding[] }

async function reconcileTree(places: TreePlaces, { depth, repair, exclusively, failed }: Reconciling): Promise<Looked> {
  const { store, findings } = recordingStore(places.store, repair)
  const recorded: TreePlaces = { ...places, store, changed: repair ? places.changed : () => {} }
  const shownDepth = depth === 'deep' ? 'deep' : 'quick'
  let plugins = 0
  if (places.visibility === 'public') await exclusively(() => showDiscovery(recorded, shownDepth))
  // Those of another octo are no damage.
  if (places.visibility === 'public' && repair) await exclusively(() => showSchemas(recorded, shownDepth))
  for (const repo of await places.metadata.repos.list(places.visibility)) {
    const names = [...(await places.catalog.shards(repo)).values()].flatMap((members) => [...members])
    plugins += names.length
    for (const plugin of names)
      await exclusively(() => lookAtPlugin(repo, plugin, { places: recorded, depth })).catch((error: unknown) => {
        if (isFatal(error) || isCoded(error, 'DATA_DIR_LOCKED') || isCoded(error, 'SHUTTING_DOWN')) throw error
        failed.push(error)
      })
    await exclusively(() => showRepo(repo, recorded, depth === 'shallow' ? { plugins: [] } : { depth }))
  }
  // The last copy of what was published stays, even when its row is gone.
  if (!(await places.lacksRows())) await removeExtraFiles(recorded, { exclusively, withBlobs: depth !== 'shallow' })
  return { plugins, findings: [...findings.values()] }
}

type Look = { readonly places: TreePlaces; readonly depth: ReconcileOptions['depth'] }

async function lookAtPlugin(repo: Name, plugin: Name, { places, depth }: Look): Promise<void> {
  if (depth !== 'shallow') await showPlugin(repo, plugin, places, depth)
  else if (!(await isThere(repo, plugin, places))) await showPlugin(repo, plugin, places, 'deep')
}

async function isThere(repo: Name, plugin: Name, { store, metadata, documentBytes }: TreePlaces): Promise<boolean> {
  const served = await metadata.catalog.servedVersions(repo, plugin)
  const folders = new Set<string>((await store.list(`repos/${repo}/${plugin}`)).map(({ name }) => name))
  if (!served.every((version) => folders.has(version))) return false
  const documents = (['json', 'yaml'] as const).map((format) => pluginDocumentPath(repo, plugin, format))
  const looks = await Promise.all(documents.map((path) => isDocumentThere(store, path)))
  return looks.every(Boolean) && arePagesThere(repo, plugin, { store, documentBytes })
}

/** A document that names pages is never a small one, so the small ones need not be read. */
async function arePagesThere(
  repo: Name,
  plugin: Name,
  { store, documentBytes }: Pick<TreePlaces, 'store' | 'documentBytes'>,
) {
  const path = pluginDocumentPath(repo, plugin, 'json')
  if (((await store.stat(path))?.size ?? 0) < documentBytes / 4) return true
  const { pages = [] } = parsePluginDocument((await store.read(path)).toString('utf8'), store.nameOf(path))
  const looks = pages.map(({ page }) => isDocumentThere(store, pluginPagePath(repo, plugin, page)))
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
