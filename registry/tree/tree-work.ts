// Works off the outbox: renders what its rows name, in rounds, and lets rows go when what they asked for is durable.
import type { Logger } from 'pino'
import { coded, isCoded } from '../../schemas/errors.ts'
import type { Name } from '../../schemas/name.ts'
import { pluginName } from '../../schemas/release-name.ts'
import type { OutboxRow } from '../db/records.ts'
import { isFatal } from '../fatal.ts'
import { hideRepo } from './hide-repo.ts'
import type { BothTrees, Depth, TreePlaces } from './show.ts'
import { showDiscovery, showPlugin, showRepo } from './show.ts'
import { isStillShown } from './still-shown.ts'

/** What someone waits for: their plugin, or their repo when no plugin is named. */
export type TreeTarget = { readonly repo: Name; readonly plugin?: Name }

/** How long shown rows may wait for their fsync, so that many publishes share one. */
const SYNC_AFTER_MS = 100
const MAX_UNSYNCED = 128
/** How long after a failure, such as a full disk, the tree is tried again when nobody asks. */
const RETRY_AFTER_MS = 2000

type TreeWorkDeps = {
  readonly logger: Pick<Logger, 'error'>
  /** Told when the disk can no longer be trusted. */
  readonly onFatal?: ((error: unknown) => void) | undefined
  /** Throws when the tree is no longer this process's to write. */
  readonly requireClaim?: (() => Promise<void>) | undefined
}

/** One change of the tree at a time; those that come meanwhile are shown together in the next round. */
export class TreeWork {
  readonly #trees: BothTrees
  readonly #logger: Pick<Logger, 'error'>
  /** Rows whose change is shown, and waits to be made durable. */
  readonly #unsynced = new Set<number>()
  readonly #onFatal: (error: unknown) => void
  readonly #requireClaim: () => Promise<void>
  #busy: Promise<unknown> = Promise.resolve()
  #nextRound: Promise<ReadonlyMap<string, unknown>> | undefined
  #timer: NodeJS.Timeout | undefined
  #retry: NodeJS.Timeout | undefined
  #syncing: Promise<void> | undefined
  #isClosed = false
  #hasFailed = false
  #isBroken = false
  #showsTooMuch = false

  constructor(trees: BothTrees, { logger, onFatal = () => {}, requireClaim = async () => {} }: TreeWorkDeps) {
    this.#trees = trees
    this.#logger = logger
    this.#onFatal = onFatal
    this.#requireClaim = requireClaim
  }

  /** The last round could not take away what is private or quarantined. */
  get showsTooMuch(): boolean {
    return this.#showsTooMuch
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  exclusively<T>(act: () => Promise<T>): Promise<T> {
    if (this.#isClosed)
      return Promise.reject(
        coded('SHUTTING_DOWN', { message: 'the static tree is closed, as the registry is stopping' }),
      )
    const done = this.#busy.then(async () => {
      await this.#requireClaim()
      return act()
    })
    this.#busy = done.catch(() => undefined)
    return done
  }

  async drain(depth: Depth, target?: TreeTarget): Promise<void> {
    this.#nextRound ??= this.#beginRound(depth)
    const failed = await this.#nextRound
    const mine =
      target === undefined ? [...failed.keys()] : [`${target.repo}/${target.plugin ?? ''}`, `${target.repo}/`]
    for (const key of mine) if (failed.has(key)) throw failed.get(key)
  }

  /** A round that cannot begin, as the database is busy, must not stand for all later ones. */
  #beginRound(depth: Depth): Promise<ReadonlyMap<string, unknown>> {
    const round = this.exclusively(() => {
      this.#nextRound = undefined
      // What failed may have been half shown or half taken away.
      return this.#showAll(this.#hasFailed ? 'deep' : depth)
    })
    round.catch(() => {
      if (this.#nextRound === round) this.#nextRound = undefined
      this.#retryLater()
    })
    return round
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    clearTimeout(this.#retry)
    this.#isClosed = true
    await this.#busy
    await this.#syncing?.catch(() => undefined)
    // What another process took over is its to finish.
    await this.#sync().catch((error: unknown) => {
      if (!isCoded(error, 'DATA_DIR_LOCKED')) throw error
    })
  }

  /** Answers with what failed, by `repo/plugin` or `repo/`. */
  async #showAll(depth: Depth): Promise<ReadonlyMap<string, unknown>> {
    const failed = new Map<string, unknown>()
    const tried = new Set<number>()
    for (;;) {
      const oldest = await this.#trees.public.metadata.outbox.take(256 + this.#unsynced.size + tried.size)
      const rows = oldest.filter(({ id }) => !this.#unsynced.has(id) && !tried.has(id))
      if (rows.length === 0) break
      for (const { id } of rows) tried.add(id)
      for (const [repo, group] of Map.groupBy(rows, (row) => row.repo))
        await this.#showGroup(repo, group, { depth, failed })
      for (const row of rows) if (!failed.has(keyOf(row)) && !failed.has(`${row.repo}/`)) this.#unsynced.add(row.id)
      if (this.#unsynced.size > MAX_UNSYNCED) await this.#sync()
    }
    this.#syncSoon()
    this.#hasFailed = failed.size > 0
    this.#showsTooMuch = [...failed.values()].some(isStillShown)
    if (this.#hasFailed) this.#retryLater()
    return failed
  }

  async #showGroup(
    repo: Name,
    rows: readonly OutboxRow[],
    { depth, failed }: { readonly depth: Depth; readonly failed: Map<string, unknown> },
  ): Promise<void> {
    const attempt = (key: string, act: () => Promise<unknown>) =>
      act().catch((error: unknown) => {
        if (!isStillShown(failed.get(key))) failed.set(key, error)
        this.#logger.error({ err: error, subject: key }, 'the static tree could not be written')
      })
    // Read behind the rows: what was published into a private repo is never shown as that of a public one.
    const isPrivate = (await this.#trees.public.metadata.repos.visibility(repo)) === 'private'
    const [places, other] = isPrivate
      ? [this.#trees.private, this.#trees.public]
      : [this.#trees.public, this.#trees.private]
    const mayHaveMoved = rows.some(({ kind }) => kind === 'repo')
    const leave = () => attempt(`${repo}/`, () => this.#leave(repo, other, depth))
    // Out of everybody's sight first, and only when the new place is filled out of that of those who could read it.
    if (mayHaveMoved && isPrivate) await leave()
    const named = rows.flatMap(({ plugin }) => plugin ?? [])
    const plugins = new Set(mayHaveMoved ? [...named, ...(await places.metadata.catalog.plugins(repo))] : named)
    for (const plugin of plugins) {
      await places.catalog.note(repo, plugin)
      await attempt(pluginName({ repo, plugin }), () => showPlugin(repo, plugin, places, depth))
    }
    await attempt(`${repo}/`, () => showRepo(repo, places, { plugins, depth }))
    if (mayHaveMoved && !isPrivate) await leave()
  }

  /** Takes the repo out of the tree that it may have stood in before it became public or private. */
  async #leave(repo: Name, before: TreePlaces, depth: Depth): Promise<void> {
    await showDiscovery(this.#trees.public, depth)
    await hideRepo(repo, before)
  }

  #retryLater(): void {
    if (this.#isClosed) return
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined
      this.drain('deep').catch(() => undefined)
    }, RETRY_AFTER_MS).unref()
  }

  #syncSoon(): void {
    if (this.#timer || this.#isClosed || this.#isBroken || this.#unsynced.size === 0) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#sync().catch((error: unknown) =>
        this.#logger.error({ err: error }, 'the static tree could not be made durable'),
      )
    }, SYNC_AFTER_MS)
    this.#timer.unref()
  }

  /** Beside the rounds, as nobody who publishes has to wait for it. */
  #sync(): Promise<void> {
    if (this.#isBroken) return Promise.resolve()
    this.#syncing ??= this.#syncAndFinish().finally(() => {
      this.#syncing = undefined
      this.#syncSoon()
    })
    return this.#syncing
  }

  async #syncAndFinish(): Promise<void> {
    const ids = [...this.#unsynced]
    try {
      await this.#trees.public.store.sync()
      await this.#trees.private.store.sync()
      await this.#trees.public.metadata.outbox.finish(ids)
    } catch (error) {
      if (isFatal(error)) this.#break(error)
      throw error
    }
    for (const id of ids) this.#unsynced.delete(id)
  }

  /** A second fsync would succeed without the bytes being on the disk, so the rows stay for the next start. */
  #break(error: unknown): void {
    this.#isBroken = true
    this.#onFatal(error)
  }
}

function keyOf({ repo, plugin }: OutboxRow): string {
  return `${repo}/${plugin ?? ''}`
}
