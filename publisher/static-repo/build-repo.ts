// octo repo build: signed dists → the same static tree that a registry serves, on top of what the folder holds already.
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { differingPlatforms, showDifference } from '../../schemas/compare-release.ts'
import { coded } from '../../schemas/errors.ts'
import { requireRoomForPlugin, requireRoomForRepo, requireRoomForVersion } from '../../schemas/growth-limits.ts'
import { stableJson } from '../../schemas/json.ts'
import type { Name } from '../../schemas/name.ts'
import { pluginName, releaseName } from '../../schemas/release-name.ts'
import type { TrustKey } from '../../schemas/trust-key.ts'
import type { VersionStanding } from '../../schemas/version-notes.ts'
import { standingOf } from '../../schemas/version-notes.ts'
import type { BaseUrl } from '../../static-tree/base-url.ts'
import { listingOf } from '../../static-tree/newest.ts'
import { BUNDLE_FILE, releaseFolder } from '../../static-tree/paths.ts'
import type { PluginRecord, ReleaseRecord, TreeFile } from '../../static-tree/record.ts'
import { renderDiscovery } from '../../static-tree/render/discovery.ts'
import { renderKeys } from '../../static-tree/render/keys.ts'
import { renderPlugin } from '../../static-tree/render/plugin.ts'
import { renderChecksum } from '../../static-tree/render/release.ts'
import { renderRepo } from '../../static-tree/render/repo.ts'
import { renderSchemas } from '../../static-tree/render/schemas.ts'
import { openDiskTree, readDiskTree } from '../../static-tree/write/disk.ts'
import { putDocument } from '../../static-tree/write/document.ts'
import type { Part, TreeStore } from '../../static-tree/write/store.ts'
import { holdTree } from './hold-tree.ts'
import type { SignedDist } from './read-dist.ts'
import { readSignedDist } from './read-dist.ts'
import { readTree } from './read-tree.ts'

type RepoBuild = {
  /** Folder of the tree; made when missing. */
  readonly root: string
  readonly base: BaseUrl
  readonly keyring: readonly TrustKey[]
  readonly dists: readonly string[]
  /** Time of what is new, ISO 8601 in UTC. */
  readonly publishedAt: string
  /** From how many bytes on a plugin's oldest versions move to pages. */
  readonly documentBytes?: number
  /** Told what is waited for. */
  readonly onWait?: ((line: string) => void) | undefined
}

type RepoBuilt = {
  readonly repos: readonly Name[]
  readonly plugins: number
  readonly added: readonly string[]
  readonly unchanged: readonly string[]
  /** What the tree says of those that were there, by their names: whether they are offered, and why not. */
  readonly standings: Readonly<Record<string, VersionStanding>>
  /** Documents that were written, their variants not counted. */
  readonly written: number
}

/** Throws VERSION_EXISTS for a version that the tree holds with other content, or LIMIT_EXCEEDED; then nothing was written. */
export async function buildRepo({ root, base, keyring, dists, ...rest }: RepoBuild): Promise<RepoBuilt> {
  using tree = await holdTree(root, rest.onWait)
  const records = new Map((await readTree(readDiskTree(root), keyring)).map((record) => [keyOf(record), record]))
  const signed: SignedDist[] = []
  for (const dist of dists) signed.push(await readSignedDist(dist, keyring))
  const added: SignedDist[] = []
  for (const dist of signed) if (admit(records, dist, rest.publishedAt)) added.push(dist)
  await using store = await openDiskTree({ root, staging: tree.staging })
  for (const dist of added) await putRelease(store, dist)
  // On disk before anything names it, and all of it before anybody is told: a later build would not look at these bytes again.
  await store.sync()
  const written = await putDocuments(store, [...records.values()], { base, keyring, budget: rest.documentBytes })
  await store.sync()
  const unchanged = signed.filter((dist) => !added.includes(dist))
  return {
    repos: reposOf([...records.values()]),
    plugins: records.size,
    added: added.map(nameOf),
    unchanged: unchanged.map(nameOf),
    standings: standingsOf(unchanged, records),
    written,
  }
}

/** Throws LIMIT_EXCEEDED where the tree would list more than its readers take. */
function requireRoom(
  records: ReadonlyMap<string, PluginRecord>,
  release: Pick<PluginRecord, 'repo' | 'plugin'>,
  versions: number,
): void {
  requireRoomForVersion(release, versions)
  if (versions > 0) return
  const known = [...records.values()]
  const own = known.filter(({ repo }) => repo === release.repo)
  requireRoomForPlugin(release, own.length)
  if (own.length === 0) requireRoomForRepo(release.repo, reposOf(known).length)
}

/** Puts the release into its record; false when it is there already. */
function admit(records: Map<string, PluginRecord>, { release, bundle }: SignedDist, publishedAt: string): boolean {
  const { predicate, bundleDigest } = release
  const { repo, plugin, version } = predicate
  const record = records.get(keyOf(predicate)) ?? { repo, plugin, serial: 0, releases: [] }
  const sealed = record.releases.find((existing) => existing.version === version)
  if (sealed && stableJson(sealed.predicate) === stableJson(predicate)) return false
  if (sealed) throw conflict(sealed, predicate)
  requireRoom(records, predicate, record.releases.length)
  const added: ReleaseRecord = {
    version,
    publishedAt,
    state: 'active',
    bundle: { digest: bundleDigest, size: Buffer.byteLength(bundle) },
    predicate,
  }
  records.set(keyOf(predicate), { ...record, serial: record.serial + 1, releases: [...record.releases, added] })
  return true
}

/** Bytes first, so that no document ever names what is not there. */
async function putRelease(store: TreeStore, { dir, bundle, release }: SignedDist): Promise<void> {
  const { repo, plugin, version, platforms } = release.predicate
  const parts = new Map<string, Part>([[BUNDLE_FILE, { digest: release.bundleDigest }]])
  for (const artifact of Object.values(platforms)) {
    await store.putBlob({ ...artifact, read: () => createReadStream(join(dir, artifact.file)) })
    parts.set(artifact.file, { digest: artifact.digest })
    parts.set(`${artifact.file}.sha256`, { text: renderChecksum(artifact) })
  }
  const bytes = Buffer.from(bundle)
  await store.putBlob({ digest: release.bundleDigest, size: bytes.length, read: () => Readable.from([bytes]) })
  await store.putFolder(releaseFolder(repo, plugin, version), parts)
}

async function putDocuments(
  store: TreeStore,
  records: readonly PluginRecord[],
  { base, keyring, budget }: Pick<RepoBuild, 'base' | 'keyring'> & { readonly budget: number | undefined },
): Promise<number> {
  let written = 0
  const put = async (files: readonly TreeFile[]) => {
    for (const file of files) if (await putDocument(store, file)) written++
  }
  for (const record of records) await put(renderPlugin(record, base, budget))
  const repos = reposOf(records)
  for (const repo of repos) {
    await put([renderKeys(repo, keyring)])
    const listings = records.filter((record) => record.repo === repo).flatMap((record) => listingOf(record) ?? [])
    await put(renderRepo(repo, listings, base))
  }
  await put([renderDiscovery(repos, base), ...renderSchemas()])
  return written
}

function conflict({ predicate: sealed, bundle }: ReleaseRecord, built: ReleaseRecord['predicate']): Error {
  return coded('VERSION_EXISTS', {
    message: `the tree holds \`${built.repo}/${built.plugin}@${built.version}\` already, and not as it was built here`,
    details: {
      different: differingPlatforms(sealed.platforms, built.platforms).map(showDifference),
      bundle: bundle.digest,
    },
    hint: 'versions never change: raise `version` in plugin.yaml',
  })
}

function standingsOf(dists: readonly SignedDist[], records: ReadonlyMap<string, PluginRecord>) {
  const versions = [...records.values()].flatMap(({ repo, plugin, releases }) =>
    releases.map((release) => [`${repo}/${plugin}@${release.version}`, standingOf(release)] as const),
  )
  const names = new Set(dists.map(nameOf))
  return Object.fromEntries(versions.filter(([name]) => names.has(name)))
}

function reposOf(records: readonly PluginRecord[]): Name[] {
  return [...new Set(records.map(({ repo }) => repo))].sort()
}

function keyOf({ repo, plugin }: Pick<PluginRecord, 'repo' | 'plugin'>): string {
  return pluginName({ repo, plugin })
}

function nameOf({ release: { predicate } }: SignedDist): string {
  return releaseName(predicate)
}
