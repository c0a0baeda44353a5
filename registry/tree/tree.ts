// Keeps the served tree equal to the database: what the outbox names is rendered at once, and rows leave the outbox only
// when the tree would show them even after a power cut. The tree holds no truth; deleting it costs time, nothing else.
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Name } from '../../schemas/name.ts'
import { parseBaseUrl } from '../../schemas/static-tree/base-url.ts'
import type { BlobStore } from '../blobs/disk.ts'
import type { RegistryConfig } from '../config.ts'
import { treePath } from '../config.ts'
import type { RegistryDb } from '../db/open.ts'
import type { OutboxRow } from '../db/outbox.ts'
import { finishOutbox, takeOutbox } from '../db/outbox.ts'
import { listRepos } from '../db/records.ts'
import { Catalog } from './catalog.ts'
import { readTreeMark, writeTreeMark } from './mark.ts'
import type { ReconcileOptions, TreeReport } from './reconcile.ts'
import { reconcileTree } from './reconcile.ts'
import type { Depth, TreePlaces } from './show.ts'
import { showDiscovery, showPlugin, showRepo } from './show.ts'
import { openStaging } from './staging.ts'

export type TreeDeps = {
  readonly config: RegistryConfig
  readonly db: RegistryDb
  readonly blobs: Pick<BlobStore, 'pathOf'>
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>
}

/** What someone waits for: their plugin, or their repo when no plugin is named. */
export type TreeTarget = { readonly repo: Name; readonly plugin?: Name }

export type Tree = {
  /** e.g. DIR/tree */
  readonly root: string
  /** Resolves once the tree shows everything that was committed before the call; throws what kept `target` from it. */
  drain(target?: TreeTarget): Promise<void>
  /** Proves that the tree equals the database, and repairs it when asked to. */
  reconcile(options: ReconcileOptions): Promise<TreeReport>
  /** Calls back with each path (no leading slash) whose bytes changed; one that ends in `/` stands for all below it. */
  onChange(listener: (path: string) => void): void
  /** Looks over the whole tree in the background, as a start should; resolves when that is done. */
  check(): Promise<void>
  close(): Promise<void>
}

/** How long shown rows may wait for their fsync, so that many publishes share one. */
const SETTLE_AFTER_MS = 100
const MAX_UNSETTLED = 128
/** How long after a failure, such as a full disk, the tree is tried again when nobody asks. */
const RETRY_AFTER_MS = 2000

/** Opens the tree and shows what is in the outbox. */
export async function openTree({ config, db, blobs, logger }: TreeDeps): Promise<Tree> {
  const root = treePath(config.dataDir)
  const listeners: ((path: string) => void)[] = []
  const places: TreePlaces = {
    root,
    db,
    blobs,
    staging: await openStaging(join(config.dataDir, 'staging')),
    catalog: new Catalog(db),
    base: parseBaseUrl(config.baseUrl),
    limits: { artifactBytes: config.limits.artifactBytes, releaseBytes: config.limits.releaseBytes },
    changed: (path) => {
      for (const listener of listeners) listener(path)
    },
  }
  const work = new TreeWork(places, logger)
  // Rows that are left were perhaps half shown when a crash came, so they are looked at closely.
  await work.drain('deep')
  await work.exclusively(async () => showDiscovery(places))
  for (const repo of listRepos(db)) await work.exclusively(() => showRepo(repo, places, { plugins: [] }))

  const reconcile: Tree['reconcile'] = (options) =>
    reconcileTree(places, { ...options, exclusively: (act) => work.exclusively(act) })

  return {
    root,
    reconcile,
    drain: (target) => work.drain('quick', target),
    onChange: (listener) => void listeners.push(listener),
    async check() {
      const isCurrent = await readTreeMark(config.dataDir, places.base)
      const report = await reconcile({ depth: isCurrent ? 'glance' : 'quick', repair: true })
      if (isCurrent && report.problems > 0) logger.warn({ report }, 'the static tree differed and was repaired')
      if (!isCurrent) logger.info({ report }, 'the static tree was rendered for this base URL')
      await writeTreeMark(config.dataDir, places.base)
    },
    close: () => work.close(),
  }
}

/** One change of the tree at a time; those that come meanwhile are shown together in the next round. */
class TreeWork {
  readonly #places: TreePlaces
  readonly #logger: TreeDeps['logger']
  /** Rows whose change is shown, and waits to be made durable. */
  readonly #unsettled = new Set<number>()
  #busy: Promise<unknown> = Promise.resolve()
  #nextRound: Promise<ReadonlyMap<string, unknown>> | undefined
  #timer: NodeJS.Timeout | undefined
  #retry: NodeJS.Timeout | undefined

  constructor(places: TreePlaces, logger: TreeDeps['logger']) {
    this.#places = places
    this.#logger = logger
  }

  exclusively<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#busy.then(act)
    this.#busy = done.catch(() => undefined)
    return done
  }

  async drain(depth: Depth, target?: TreeTarget): Promise<void> {
    this.#nextRound ??= this.exclusively(() => {
      this.#nextRound = undefined
      return this.#showAll(depth)
    })
    const failed = await this.#nextRound
    const mine =
      target === undefined ? [...failed.keys()] : [`${target.repo}/${target.plugin ?? ''}`, `${target.repo}/`]
    for (const key of mine) if (failed.has(key)) throw failed.get(key)
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    clearTimeout(this.#retry)
    await this.exclusively(() => this.#settle())
  }

  /** Answers with what failed, by `repo/plugin` or `repo/`. */
  async #showAll(depth: Depth): Promise<ReadonlyMap<string, unknown>> {
    const failed = new Map<string, unknown>()
    const tried = new Set<number>()
    for (;;) {
      const rows = takeOutbox(this.#places.db, 256 + this.#unsettled.size + tried.size).filter(
        ({ id }) => !this.#unsettled.has(id) && !tried.has(id),
      )
      if (rows.length === 0) break
      for (const { id } of rows) tried.add(id)
      for (const [repo, group] of Map.groupBy(rows, (row) => row.repo))
        await this.#showGroup(repo, group, { depth, failed })
      for (const row of rows) if (!failed.has(keyOf(row)) && !failed.has(`${row.repo}/`)) this.#unsettled.add(row.id)
      if (this.#unsettled.size > MAX_UNSETTLED) await this.#settle()
    }
    this.#settleSoon()
    if (failed.size > 0) this.#retryLater()
    return failed
  }

  async #showGroup(
    repo: Name,
    rows: readonly OutboxRow[],
    { depth, failed }: { readonly depth: Depth; readonly failed: Map<string, unknown> },
  ): Promise<void> {
    const plugins = new Set(rows.flatMap(({ plugin }) => plugin ?? []))
    const attempt = (key: string, act: () => Promise<unknown>) =>
      act().catch((error: unknown) => {
        failed.set(key, error)
        this.#logger.error({ err: error, subject: key }, 'the static tree could not be written')
      })
    for (const plugin of plugins) {
      this.#places.catalog.note(repo, plugin)
      await attempt(`${repo}/${plugin}`, () => showPlugin(repo, plugin, this.#places, depth))
    }
    await attempt(`${repo}/`, () => showRepo(repo, this.#places, { plugins, depth }))
    if (rows.some(({ kind }) => kind === 'repo')) await attempt(`${repo}/`, () => showDiscovery(this.#places, depth))
  }

  #retryLater(): void {
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined
      this.drain('deep').catch(() => undefined)
    }, RETRY_AFTER_MS).unref()
  }

  #settleSoon(): void {
    if (this.#timer || this.#unsettled.size === 0) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.exclusively(() => this.#settle()).catch((error: unknown) =>
        this.#logger.error({ err: error }, 'the static tree could not be made durable'),
      )
    }, SETTLE_AFTER_MS)
    this.#timer.unref()
  }

  async #settle(): Promise<void> {
    const ids = [...this.#unsettled]
    await this.#places.staging.sync()
    finishOutbox(this.#places.db, ids)
    for (const id of ids) this.#unsettled.delete(id)
  }
}

function keyOf({ repo, plugin }: OutboxRow): string {
  return `${repo}/${plugin ?? ''}`
}
