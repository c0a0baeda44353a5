// Which plugins stand in which shard, and the listing of each: kept in memory, so that one publish reads one plugin.
import type { Name } from '../../schemas/name.ts'
import type { Listing } from '../../static-tree/newest.ts'
import { shardOf } from '../../static-tree/paths.ts'
import type { CatalogStore } from '../db/store.ts'

/** Listings kept, about 2 KB each. */
const MAX_LISTINGS = 4096
/** Rows read at once, so that a large repo does not hold up requests. */
const READ_AT_ONCE = 64

export class Catalog {
  readonly #stored: CatalogStore
  readonly #shards = new Map<Name, Promise<Map<string, Set<Name>>>>()
  readonly #listings = new Map<string, Listing>()

  constructor(stored: CatalogStore) {
    this.#stored = stored
  }

  /** The plugin changed, or is new. */
  async note(repo: Name, plugin: Name): Promise<void> {
    this.#listings.delete(`${repo}/${plugin}`)
    // Whoever is reading them may have begun before the plugin was there.
    const shards = await this.#shards.get(repo)
    if (shards) add(shards, plugin)
  }

  /** The plugins of a repo by shard. */
  shards(repo: Name): Promise<ReadonlyMap<string, ReadonlySet<Name>>> {
    const known = this.#shards.get(repo)
    if (known) return known
    const reading = this.#readShards(repo)
    this.#shards.set(repo, reading)
    reading.catch(() => this.#shards.delete(repo))
    return reading
  }

  async #readShards(repo: Name): Promise<Map<string, Set<Name>>> {
    const shards = new Map<string, Set<Name>>()
    for (const plugin of await this.#stored.plugins(repo)) add(shards, plugin)
    return shards
  }

  async listings(repo: Name, plugins: Iterable<Name>): Promise<Listing[]> {
    const found: Listing[] = []
    const missing: Name[] = []
    for (const plugin of plugins) {
      const listing = this.#listings.get(`${repo}/${plugin}`)
      if (listing) found.push(listing)
      else missing.push(plugin)
    }
    for (let at = 0; at < missing.length; at += READ_AT_ONCE) {
      if (at > 0) await new Promise(setImmediate)
      const read = (await this.#stored.listings(repo, missing.slice(at, at + READ_AT_ONCE))).map(slim)
      for (const listing of read) this.#keep(listing)
      found.push(...read)
    }
    return found
  }

  #keep(listing: Listing): void {
    const [oldest] = this.#listings.keys()
    if (oldest !== undefined && this.#listings.size >= MAX_LISTINGS) this.#listings.delete(oldest)
    this.#listings.set(`${listing.repo}/${listing.plugin}`, listing)
  }
}

function add(shards: Map<string, Set<Name>>, plugin: Name): void {
  const shard = shardOf(plugin)
  const members = shards.get(shard) ?? new Set()
  shards.set(shard, members.add(plugin))
}

/** Without the texts that no list shows. */
function slim(listing: Listing): Listing {
  const { release } = listing
  const { readme: _readme, changelog: _changelog, arguments: _arguments, ...manifest } = release.predicate.manifest
  return { ...listing, release: { ...release, predicate: { ...release.predicate, manifest } } }
}
