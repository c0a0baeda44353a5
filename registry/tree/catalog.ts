// Which plugins stand in which shard, and the listing of each: kept in memory, so that one publish reads one plugin.
import type { Name } from '../../schemas/name.ts'
import type { Listing } from '../../static-tree/newest.ts'
import { shardOf } from '../../static-tree/paths.ts'
import { readListings } from '../db/sqlite/listings.ts'
import type { Db } from '../db/sqlite/open.ts'
import { listPlugins } from '../db/sqlite/records.ts'

/** Listings kept, about 2 KB each. */
const MAX_LISTINGS = 4096
/** Rows read at once, so that a large repo does not hold up requests. */
const READ_AT_ONCE = 64

export class Catalog {
  readonly #db: Db
  readonly #shards = new Map<Name, Map<string, Set<Name>>>()
  readonly #listings = new Map<string, Listing>()

  constructor(db: Db) {
    this.#db = db
  }

  /** The plugin changed, or is new. */
  note(repo: Name, plugin: Name): void {
    this.#listings.delete(`${repo}/${plugin}`)
    const shards = this.#shards.get(repo)
    if (shards) add(shards, plugin)
  }

  /** The plugins of a repo by shard. */
  shards(repo: Name): ReadonlyMap<string, ReadonlySet<Name>> {
    let shards = this.#shards.get(repo)
    if (!shards) {
      shards = new Map()
      for (const { plugin } of listPlugins(this.#db, repo)) add(shards, plugin)
      this.#shards.set(repo, shards)
    }
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
      const read = readListings(this.#db, repo, missing.slice(at, at + READ_AT_ONCE)).map(slim)
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
  const { readme: _readme, arguments: _arguments, ...manifest } = release.predicate.manifest
  return { ...listing, release: { ...release, predicate: { ...release.predicate, manifest } } }
}
