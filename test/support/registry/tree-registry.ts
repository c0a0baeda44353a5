// A data directory with a real database and real blobs, filled as the write side fills it, and its tree.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { blobsPath, treePath } from '../../../registry/data-dir/paths.ts'
import type { Visibility } from '../../../registry/db/records.ts'
import { traitsOf } from '../../../registry/db/search-filters.ts'
import type { RegistryDb } from '../../../registry/db/sqlite/open.ts'
import { addToOutbox } from '../../../registry/db/sqlite/outbox.ts'
import { readPluginRecord } from '../../../registry/db/sqlite/records.ts'
import { indexTraits } from '../../../registry/db/sqlite/search.ts'
import type { SqliteStore } from '../../../registry/db/sqlite/store.ts'
import { openSqliteStore } from '../../../registry/db/sqlite/store.ts'
import { blobs as blobRows, repos } from '../../../registry/db/sqlite/tables.ts'
import {
  findPlugin,
  insertPlugin,
  insertVersion,
  updatePlugin,
  updateVersionFlags,
} from '../../../registry/db/sqlite/versions.ts'
import { openStores } from '../../../registry/open-registry.ts'
import type { SettingsInput } from '../../../registry/settings.ts'
import { registrySettings } from '../../../registry/settings.ts'
import type { Tree, TreeDeps } from '../../../registry/tree/tree.ts'
import { openTree } from '../../../registry/tree/tree.ts'
import { digestOf, hexOf } from '../../../schemas/digest.ts'
import type { Name } from '../../../schemas/name.ts'
import type { Platform } from '../../../schemas/platform.ts'
import type { Version } from '../../../schemas/version.ts'
import { listingOf } from '../../../static-tree/newest.ts'
import type { PluginRecord, ReleaseRecord } from '../../../static-tree/record.ts'
import { aRelease, bundleOf, contentOf } from '../builders/plugin-record.ts'
import { putBlankData } from './blank-data.ts'

type Stores = Awaited<ReturnType<typeof openStores>>
type Wish = Parameters<typeof aRelease>[0]

export class TreeRegistry {
  readonly dataDir: string
  readonly metadata: SqliteStore
  readonly db: RegistryDb
  readonly #stores: Stores

  private constructor(dataDir: string, metadata: SqliteStore, stores: Stores) {
    this.dataDir = dataDir
    this.metadata = metadata
    this.db = metadata.db
    this.#stores = stores
  }

  /** `bare`: its tables and the schemas of its tree are made by itself, and not copied. */
  static async create({ bare = false }: { readonly bare?: boolean } = {}): Promise<TreeRegistry> {
    const dataDir = await mkdtemp(join(tmpdir(), 'octo-tree-'))
    if (!bare) await putBlankData(dataDir)
    const stores = await openStores(dataDir)
    const metadata = openSqliteStore(join(dataDir, 'octo.db'))
    // These tests are about the tree; hundreds of synced rows would only be slow.
    metadata.db.$client.pragma('synchronous = OFF')
    return new TreeRegistry(dataDir, metadata, stores)
  }

  /** Of the tree for everybody. */
  get root(): string {
    return treePath(this.dataDir)
  }

  async treeDeps(baseUrl = 'https://plugins.example.com', limits: SettingsInput['limits'] = {}): Promise<TreeDeps> {
    return {
      config: registrySettings({ dataDir: this.dataDir, baseUrl, limits }),
      metadata: this.metadata,
      blobs: this.#stores.blobs,
      trees: this.#stores.trees,
      ...(await this.#stores.trees.open()),
      logger: pino({ level: 'silent' }),
    }
  }

  async openTree(baseUrl?: string, limits?: SettingsInput['limits']): Promise<Tree> {
    return openTree(await this.treeDeps(baseUrl, limits))
  }

  addRepo(repo = 'core', visibility: Visibility = 'public'): void {
    this.db
      .insert(repos)
      .values({ name: repo as Name, createdAt: 0, visibility })
      .onConflictDoNothing()
      .run()
    addToOutbox(this.db, { repo: repo as Name, createdAt: 0 })
  }

  /** Rows, blobs and the outbox row of one more release. */
  async publish(plugin: string, wish: Wish = {}): Promise<ReleaseRecord> {
    const release = aRelease({ plugin, ...wish })
    const repo = release.predicate.repo
    const platforms = Object.values(release.predicate.platforms)
    for (const { file } of platforms) await this.#putBlob((wish.content ?? contentOf)(file))
    await this.#putBlob(wish.bundle ?? bundleOf(plugin, release.version))
    const { kind, category = null, description } = release.predicate.manifest
    if (!findPlugin(this.db, repo, plugin as Name)) {
      insertPlugin(this.db, { repo, plugin: plugin as Name }, 0)
      updatePlugin(this.db, repo, plugin as Name, { kind, category, description })
    }
    insertVersion(
      this.db,
      {
        repo,
        plugin: plugin as Name,
        version: release.version,
        publishedAt: Date.parse(release.publishedAt),
        publishedBy: 'test',
        serial: 1,
        ...flagsOf(release.state, release.reason),
        deprecated: release.deprecated ?? null,
        bundleDigest: release.bundle.digest,
        bundleSize: release.bundle.size,
        signer: release.bundle.digest,
        predicate: release.predicate,
      },
      Object.entries(release.predicate.platforms).map(([platform, { file, digest, size }]) => ({
        platform: platform as Platform,
        file,
        digest,
        size,
      })),
    )
    indexTraits(this.db, { repo, plugin: plugin as Name }, traitsOf(release.predicate, release.bundle.digest))
    this.#touch(repo, plugin as Name)
    return release
  }

  setState(plugin: string, version: string, state: ReleaseRecord['state'], reason?: string): void {
    const release = { repo: 'core' as Name, plugin: plugin as Name, version: version as Version }
    updateVersionFlags(this.db, release, flagsOf(state, reason))
    this.#touch('core' as Name, plugin as Name)
  }

  record(plugin: string): PluginRecord {
    const record = readPluginRecord(this.db, 'core' as Name, plugin as Name)
    if (!record) throw new Error(`no plugin ${plugin}`)
    return record
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.metadata.close()
    await rm(this.dataDir, { recursive: true })
  }

  #touch(repo: Name, plugin: Name): void {
    const record = readPluginRecord(this.db, repo, plugin)
    const listing = record && listingOf(record)
    const newest = listing?.stable ? listing.release.version : null
    updatePlugin(this.db, repo, plugin, { serial: (record?.serial ?? 0) + 1, newest })
    addToOutbox(this.db, { repo, plugin, createdAt: 0 })
  }

  async #putBlob(content: string): Promise<void> {
    const digest = digestOf(content)
    if (await this.#stores.blobs.stat(digest)) return
    // Unlike a put, without waiting for the disk.
    await writeFile(join(blobsPath(this.dataDir), hexOf(digest)), content, { mode: 0o444 })
    this.db.insert(blobRows).values({ digest, size: content.length, createdAt: 0, state: 'live' }).run()
  }
}

function flagsOf(state: ReleaseRecord['state'], reason = 'no reason given') {
  return { yanked: state === 'yanked' ? reason : null, quarantined: state === 'quarantined' ? reason : null }
}
