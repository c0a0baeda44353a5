// Makes the tree show what the database says about one plugin, one repo or the whole registry. Bytes come before the
// documents that name them, those before the documents of the repo.
import type { Digest } from '../../schemas/digest.ts'
import type { Discovery } from '../../schemas/discovery.ts'
import type { Name } from '../../schemas/name.ts'
import type { BaseUrl } from '../../static-tree/base-url.ts'
import { blobPath, pagesFolder, releaseFolder, shardOf } from '../../static-tree/paths.ts'
import type { PluginRecord, ReleaseRecord, TreeFile } from '../../static-tree/record.ts'
import { renderDiscovery } from '../../static-tree/render/discovery.ts'
import { renderPluginPieces } from '../../static-tree/render/plugin.ts'
import { isSharded, renderInlineRepo, renderShard, renderShardedRoot } from '../../static-tree/render/repo.ts'
import { renderSchemas } from '../../static-tree/render/schemas.ts'
import { putDocument } from '../../static-tree/write/document.ts'
import type { Visibility } from '../db/records.ts'
import type { MetadataStore } from '../db/store.ts'
import type { Catalog } from './catalog.ts'
import type { ReleasePlaces } from './releases.ts'
import { digestsOf, isReleaseWhole, putRelease, removeRelease } from './releases.ts'
import { takingAway } from './still-shown.ts'

export type TreePlaces = ReleasePlaces & {
  readonly metadata: Pick<MetadataStore, 'repos' | 'catalog' | 'outbox'>
  /** Whether rows are missing of what was published. */
  readonly lacksRows: () => Promise<boolean>
  /** Whose repos stand in this tree. */
  readonly visibility: Visibility
  readonly catalog: Catalog
  readonly base: BaseUrl
  /** From how many bytes on a plugin's oldest versions move to pages. */
  readonly documentBytes: number
  readonly limits: NonNullable<Discovery['limits']>
  /** Called with each path whose bytes changed; one that ends in `/` stands for all below it. */
  readonly changed: (path: string) => void
}

/** The tree for everybody, and the one of private repos: no byte of these ever lies in the other. */
export type BothTrees = Readonly<Record<Visibility, TreePlaces>>

/** `quick` trusts that a folder or document that is there is whole, as it was put there in one step. */
export type Depth = 'quick' | 'deep'

/** Longest stretch of rendering before others get their turn. */
const MAX_STRETCH_MS = 8

export async function showPlugin(
  repo: Name,
  plugin: Name,
  places: TreePlaces,
  depth: Depth = 'quick',
): Promise<number> {
  const record = (await belongsTo(repo, places)) && (await places.metadata.catalog.record(repo, plugin))
  if (!record) return 0
  let repaired = await showReleases(record, places, depth)
  let since = performance.now()
  const pages = new Set<string>()
  for (const piece of renderPluginPieces(record, places.base, places.documentBytes)) {
    if (piece) repaired += await put(piece, places, depth)
    if (piece) pages.add(piece.path)
    if (performance.now() - since < MAX_STRETCH_MS) continue
    await new Promise(setImmediate)
    since = performance.now()
  }
  return repaired + (await removeOtherPages(record, pages, places))
}

/** Pages that are too many since an entry became shorter; after the document, which names them no more. */
async function removeOtherPages({ repo, plugin }: PluginRecord, rendered: ReadonlySet<string>, places: TreePlaces) {
  const folder = pagesFolder(repo, plugin)
  const found = await places.store.list(folder)
  const extra = found.filter(({ name }) => !rendered.has(`${folder}/${name.replace(/\.(?:gz|br)$/, '')}`))
  for (const { name } of extra) {
    await places.store.delete(`${folder}/${name}`)
    places.changed(`${folder}/${name}`)
  }
  return extra.length
}

/** `plugins`: those that changed; all of the repo when absent. */
export async function showRepo(
  repo: Name,
  places: TreePlaces,
  { plugins, depth = 'quick' }: { readonly plugins?: Iterable<Name>; readonly depth?: Depth } = {},
): Promise<number> {
  if (!(await belongsTo(repo, places))) return 0
  const { catalog, base } = places
  const shards = await catalog.shards(repo)
  const all = [...shards.values()].flatMap((members) => [...members])
  if (!isSharded(all.length))
    return putAll(renderInlineRepo(repo, await catalog.listings(repo, all), base), places, depth)
  let written = 0
  for (const shard of await staleShards(repo, places, plugins)) {
    const listings = await catalog.listings(repo, shards.get(shard) ?? [])
    written += await putAll(renderShard(repo, shard, { listings, base }), places, depth)
  }
  return written + (await putAll(renderShardedRoot(repo, [...shards.keys()]), places, depth))
}

/** Asked at each step: whoever goes over a large tree began with a list of repos that may have become private since. */
async function belongsTo(repo: Name, { metadata, visibility }: TreePlaces): Promise<boolean> {
  return (await metadata.repos.visibility(repo)) === visibility
}

/** Of the tree for everybody: whoever may read a private repo was told its address. With it what is the same in every registry. */
export async function showDiscovery(places: TreePlaces, depth: Depth = 'quick'): Promise<number> {
  const repos = await places.metadata.repos.list('public')
  return putAll([renderDiscovery(repos, places.base, places.limits)], places, depth)
}

/** They say what this octo reads, whatever is published: each start writes them. */
export async function showSchemas(places: TreePlaces, depth: Depth = 'quick'): Promise<number> {
  return putAll(renderSchemas(), places, depth)
}

async function showReleases(record: PluginRecord, places: TreePlaces, depth: Depth): Promise<number> {
  const { repo, plugin, releases } = record
  const there = new Set<string>((await places.store.list(`repos/${repo}/${plugin}`)).map(({ name }) => name))
  let changes = 0
  for (const release of releases) {
    const isThere = there.has(release.version)
    if (release.state === 'quarantined') changes += await hideRelease(release, isThere, { places, depth })
    else changes += await showRelease(release, isThere, { places, depth })
  }
  return changes
}

type How = { readonly places: TreePlaces; readonly depth: Depth }

async function showRelease(release: ReleaseRecord, isThere: boolean, { places, depth }: How): Promise<number> {
  if (isThere && (depth === 'quick' || (await isReleaseWhole(release, places)))) return 0
  await putRelease(release, places)
  if (isThere) forget(release, places)
  return 1
}

/** A crash may have come between the folder and the blobs, so a deep look takes the blobs away again. */
async function hideRelease(release: ReleaseRecord, isThere: boolean, { places, depth }: How): Promise<number> {
  if (!isThere && depth === 'quick') return 0
  try {
    await takingAway(() => removeRelease(release, places, (digest) => isNeeded(digest, places)))
  } finally {
    // Whatever became of the files, nobody is answered from memory any more.
    forget(release, places)
  }
  return isThere ? 1 : 0
}

/** Whether a repo of this tree still shows these bytes. */
export function isNeeded(digest: Digest, { metadata, visibility }: TreePlaces): Promise<boolean> {
  return metadata.catalog.isServed(digest, visibility)
}

function forget(release: ReleaseRecord, { changed }: TreePlaces): void {
  const { repo, plugin } = release.predicate
  changed(`${releaseFolder(repo, plugin, release.version)}/`)
  for (const digest of digestsOf(release)) changed(blobPath(digest))
}

/** Shards that changed, and those that the repo lacks because it has just outgrown one document. */
async function staleShards(repo: Name, { catalog, store }: TreePlaces, plugins?: Iterable<Name>): Promise<Set<string>> {
  const shards = [...(await catalog.shards(repo)).keys()]
  if (plugins === undefined) return new Set(shards)
  const there = new Set((await store.list(`repos/${repo}/_`)).map(({ name }) => name))
  const missing = shards.filter((shard) => !there.has(`${shard}.json`) || !there.has(`${shard}.yaml`))
  return new Set([...missing, ...[...plugins].map(shardOf)])
}

async function putAll(files: readonly TreeFile[], places: TreePlaces, depth: Depth): Promise<number> {
  const written = await Promise.all(files.map((file) => put(file, places, depth)))
  return written.reduce((sum, each) => sum + each, 0)
}

async function put(file: TreeFile, { store, changed }: TreePlaces, depth: Depth): Promise<number> {
  if (!(await putDocument(store, file, depth))) return 0
  changed(file.path)
  return 1
}
