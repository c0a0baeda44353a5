// A whole repo: every plugin with its newest stable version, in one document or, when it is large, in shards.
import type { Name } from '../../schemas/name.ts'
import type { RepoDocument, RepoEntry } from '../../schemas/repo-document.ts'
import { INLINE_PLUGINS, REPO_DOCUMENT_FORMAT } from '../../schemas/repo-document.ts'
import type { BaseUrl } from '../base-url.ts'
import type { Listing } from '../newest.ts'
import { repoDocumentPath, shardOf, shardPath } from '../paths.ts'
import type { TreeFile } from '../record.ts'
import { octoctlKeys } from './octoctl-keys.ts'
import { yamlText } from './yaml-text.ts'

/** Whether a repo of so many plugins is served in shards. It never goes back, as names are never freed. */
export function isSharded(plugins: number): boolean {
  return plugins > INLINE_PLUGINS
}

/** All documents of a repo. */
export function renderRepo(repo: Name, listings: readonly Listing[], base: BaseUrl): TreeFile[] {
  if (!isSharded(listings.length)) return renderInlineRepo(repo, listings, base)
  const shards = Map.groupBy(listings, ({ plugin }) => shardOf(plugin))
  return [
    ...[...shards].flatMap(([shard, members]) => renderShard(repo, shard, { listings: members, base })),
    ...renderShardedRoot(repo, [...shards.keys()]),
  ]
}

/** The root documents of a small repo. */
export function renderInlineRepo(repo: Name, listings: readonly Listing[], base: BaseUrl): TreeFile[] {
  return [
    { path: repoDocumentPath(repo, 'json'), bytes: jsonOf(repo, listings) },
    { path: repoDocumentPath(repo, 'yaml'), bytes: yamlOf(repo, listings, base) },
  ]
}

/** The root documents of a large repo; they change only when a shard gets its first plugin. */
export function renderShardedRoot(repo: Name, shards: readonly string[]): TreeFile[] {
  const sorted = [...shards].sort()
  const document: RepoDocument = {
    format: REPO_DOCUMENT_FORMAT,
    repo,
    shards: sorted.map((shard) => `_/${shard}.json`),
  }
  const root = {
    include: sorted.map((shard) => ({ url: `./${repo}/_/${shard}.yaml` })),
    octo: { format: REPO_DOCUMENT_FORMAT, repo },
  }
  return [
    { path: repoDocumentPath(repo, 'json'), bytes: `${JSON.stringify(document)}\n` },
    { path: repoDocumentPath(repo, 'yaml'), bytes: yamlText(root) },
  ]
}

/** One shard's documents; `listings` are those of its plugins. */
export function renderShard(
  repo: Name,
  shard: string,
  { listings, base }: { readonly listings: readonly Listing[]; readonly base: BaseUrl },
): TreeFile[] {
  return [
    { path: shardPath(repo, shard, 'json'), bytes: jsonOf(repo, listings) },
    { path: shardPath(repo, shard, 'yaml'), bytes: yamlOf(repo, listings, base) },
  ]
}

function jsonOf(repo: Name, listings: readonly Listing[]): string {
  const head = JSON.stringify({ format: REPO_DOCUMENT_FORMAT, repo }).slice(0, -1)
  const entries = byName(listings).map((listing) => `\n${JSON.stringify(entryOf(listing))}`)
  return `${head},"plugins":[${entries.join(',')}\n]}\n`
}

function yamlOf(repo: Name, listings: readonly Listing[], base: BaseUrl): string {
  const octo = { format: REPO_DOCUMENT_FORMAT, repo }
  return yamlText({ ...octoctlKeys(byName(listings), base), octo })
}

function entryOf({ plugin, release, stable }: Listing): RepoEntry {
  const { manifest, platforms } = release.predicate
  return {
    plugin,
    kind: manifest.kind,
    category: manifest.category,
    description: manifest.description,
    version: stable ? release.version : undefined,
    deprecated: release.deprecated,
    platforms: stable ? (Object.keys(platforms) as RepoEntry['platforms']) : [],
  }
}

function byName(listings: readonly Listing[]): Listing[] {
  return [...listings].sort((left, right) => (left.plugin < right.plugin ? -1 : 1))
}
