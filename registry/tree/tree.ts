// Keeps the served tree equal to the database: what the outbox names is rendered at once, and rows leave the outbox only
// when the tree would show them even after a power cut. The tree holds no truth; deleting it costs time, nothing else.
import type { Logger } from 'pino'
import { parseBaseUrl } from '../../static-tree/base-url.ts'
import type { TreeReader, TreeStore } from '../../static-tree/write/store.ts'
import type { BlobStore } from '../blobs/store.ts'
import type { Visibility } from '../db/records.ts'
import type { MetadataStore } from '../db/store.ts'
import type { RegistrySettings } from '../settings.ts'
import { findMissingRows } from '../witness/missing-rows.ts'
import { Catalog } from './catalog.ts'
import { hasTreeMark, readTreeMark, writeTreeMark } from './mark.ts'
import type { ReconcileOptions, TreeReport } from './reconcile.ts'
import { reconcileTrees } from './reconcile.ts'
import type { BothTrees, TreePlaces } from './show.ts'
import { showDiscovery, showRepo, showSchemas } from './show.ts'
import type { TreeMark, TreeStores, Trees } from './store.ts'
import type { TreeTarget } from './tree-work.ts'
import { TreeWork } from './tree-work.ts'

export type TreeDeps = TreeStores & {
  readonly config: RegistrySettings
  readonly metadata: TreePlaces['metadata'] & Pick<MetadataStore, 'audit' | 'upkeep'>
  readonly blobs: Pick<BlobStore, 'open'>
  readonly trees: Pick<Trees, 'mark'>
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>
  /** Told when the disk can no longer be trusted. */
  readonly onFatal?: (error: unknown) => void
  /** Throws when the tree is no longer this process's to write. */
  readonly requireClaim?: () => Promise<void>
}

export type Tree = {
  /** What stands in the tree for everybody, and under the same paths in that of private repos. */
  readonly shown: Readonly<Record<Visibility, TreeReader>>
  /** Resolves once the tree shows everything that was committed before the call; throws what kept `target` from it. */
  drain(target?: TreeTarget): Promise<void>
  /** Whether something is in sight that is private or quarantined, as the disk did not let it be taken away. */
  showsTooMuch(): boolean
  /** False while a tree that was missing is made anew: what was published may not be there yet. */
  isWhole(): boolean
  /** Proves that the tree equals the database, and repairs it when asked to. */
  reconcile(options: ReconcileOptions): Promise<TreeReport>
  /** Calls back with each path (no leading slash) whose bytes changed, and in which of the trees; one that ends in `/` stands for all below it. */
  onChange(listener: TreeListener): void
  /** Looks over the whole tree in the background, as a start should; resolves when that is done. */
  check(): Promise<void>
  close(): Promise<void>
}

type TreeListener = (path: string, visibility: Visibility) => void

/** Opens the tree and shows what is in the outbox. */
export async function openTree(deps: TreeDeps): Promise<Tree> {
  const { metadata, logger, onFatal, requireClaim } = deps
  const { mark } = deps.trees
  const listeners: TreeListener[] = []
  const places = openPlaces(deps, (path, visibility) => {
    for (const listener of listeners) listener(path, visibility)
  })
  const work = new TreeWork(places, { logger, onFatal, requireClaim })
  let isWhole = !(await isMissing(places, mark))
  // Rows that are left were perhaps half shown when a crash came, so they are looked at closely.
  await work.drain('deep')
  await work.exclusively(() => showDiscovery(places.public))
  await work.exclusively(() => showSchemas(places.public))
  if (!(await mustStay()))
    for (const own of [places.public, places.private])
      for (const repo of await metadata.repos.list(own.visibility))
        await work.exclusively(() => showRepo(repo, own, { plugins: [] }))

  let looking: Promise<unknown> = Promise.resolve()
  const reconcile: Tree['reconcile'] = async (options) => {
    const repair = options.repair && !(await mustStay())
    return reconcileTrees(places, { ...options, repair, exclusively: (act) => work.exclusively(act) })
  }

  return {
    shown: { public: deps.store, private: deps.privateStore },
    reconcile,
    drain: (target) => work.drain('quick', target),
    showsTooMuch: () => work.showsTooMuch,
    isWhole: () => isWhole,
    onChange: (listener) => void listeners.push(listener),
    async check() {
      try {
        const look = lookOver()
        looking = Promise.allSettled([looking, look])
        await look
      } catch (error) {
        if (!work.isClosed) throw error
      }
    },
    async close() {
      await work.close()
      // Ended with the work, which it asks for; what it still writes belongs to this process.
      await looking
    },
  }

  /** What lost rows told stands in a finished tree alone, and would be taken out of it under the serial that it has. */
  async function mustStay(): Promise<boolean> {
    return isWhole && (await places.public.lacksRows())
  }

  async function lookOver(): Promise<void> {
    const isCurrent = await readTreeMark(mark, places.public.base)
    const report = await reconcile({ depth: isCurrent ? 'shallow' : 'quick', repair: true })
    if (report.problems > 0 && !report.repaired) {
      logger.error({ report }, 'the static tree was left as it is, because rows of what was published are missing')
      return
    }
    if (isCurrent && report.problems > 0) logger.warn({ report }, 'the static tree differed and was repaired')
    if (!isCurrent) logger.info({ report }, 'the static tree was rendered for this base URL')
    await writeTreeMark(mark, places.public.base)
    isWhole = true
  }
}

/** As after a backup was restored, or when somebody removed the tree. */
async function isMissing(places: BothTrees, mark: TreeMark): Promise<boolean> {
  const isMarked = await hasTreeMark(mark)
  for (const { store, catalog, metadata, visibility } of [places.public, places.private]) {
    if (isMarked && (await store.list('repos')).length > 0) continue
    for (const repo of await metadata.repos.list(visibility)) if ((await catalog.shards(repo)).size > 0) return true
  }
  return false
}

/** Compares the tree with the database and changes neither; what the outbox has yet to show counts as missing. */
export async function inspectTree(deps: TreeDeps): Promise<TreeReport> {
  const places = openPlaces(deps, () => {})
  return reconcileTrees(places, { depth: 'deep', repair: false, exclusively: (act) => act() })
}

function openPlaces({ config, metadata, blobs, store, privateStore }: TreeDeps, changed: TreeListener): BothTrees {
  const { baseUrl, limits } = config
  const shared = {
    metadata,
    blobs,
    catalog: new Catalog(metadata.catalog),
    base: parseBaseUrl(baseUrl),
    documentBytes: limits.documentBytes,
    lacksRows: async () => (await findMissingRows({ metadata, config })) !== undefined,
    limits: { artifactBytes: limits.artifactBytes, releaseBytes: limits.releaseBytes },
  }
  const placesOf = (visibility: Visibility, own: TreeStore): TreePlaces => {
    return { ...shared, visibility, store: own, changed: (path) => changed(path, visibility) }
  }
  return { public: placesOf('public', store), private: placesOf('private', privateStore) }
}
