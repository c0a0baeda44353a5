// Where everything lies in the static tree: URL path below the registry's base, and file path below its root.
import { createHash } from 'node:crypto'
import type { Digest } from '../schemas/digest.ts'
import { hexOf } from '../schemas/digest.ts'
import type { Name } from '../schemas/name.ts'
import type { Version } from '../schemas/version.ts'

/** e.g. `.well-known/octo.json` */
export const DISCOVERY_PATH = '.well-known/octo.json'

/** Of octo.yaml, below every registry. */
export const CONFIG_SCHEMA_PATH = 'schemas/octo.schema.json'
/** Of plugin.yaml. */
export const MANIFEST_SCHEMA_PATH = 'schemas/plugin.schema.json'

/** e.g. `keys/core.json` */
export function keyDocumentPath(repo: Name): string {
  return `keys/${repo}.json`
}

/** e.g. `repos/core.json`, `repos/core.yaml` */
export function repoDocumentPath(repo: Name, format: 'json' | 'yaml'): string {
  return `repos/${repo}.${format}`
}

/** e.g. `repos/core/_/3f.json`: the shard of a large repo that lists the plugin. */
export function shardPath(repo: Name, shard: string, format: 'json' | 'yaml'): string {
  return `repos/${repo}/_/${shard}.${format}`
}

/** e.g. `3f`: the first byte of the name's sha256. */
export function shardOf(plugin: Name): string {
  return createHash('sha256').update(plugin).digest('hex').slice(0, 2)
}

/** e.g. `repos/core/check-tcp.json` */
export function pluginDocumentPath(repo: Name, plugin: Name, format: 'json' | 'yaml'): string {
  return `repos/${repo}/${plugin}.${format}`
}

/** e.g. `repos/core/check-tcp/_`: no version is called that. */
export function pagesFolder(repo: Name, plugin: Name): string {
  return `repos/${repo}/${plugin}/_`
}

/** e.g. `repos/core/check-tcp/_/1.json`: the oldest versions of a plugin with very many. */
export function pluginPagePath(repo: Name, plugin: Name, page: number): string {
  return `${pagesFolder(repo, plugin)}/${page}.json`
}

/** e.g. `repos/core/check-tcp/1.0.0` */
export function releaseFolder(repo: Name, plugin: Name, version: Version): string {
  return `repos/${repo}/${plugin}/${version}`
}

/** e.g. `repos/core/check-tcp/1.0.0/check-tcp_1.0.0_linux_amd64` */
export function artifactPath(repo: Name, plugin: Name, version: Version, file: string): string {
  return `${releaseFolder(repo, plugin, version)}/${file}`
}

export const BUNDLE_FILE = 'release.sigstore.json'

/** e.g. `blobs/sha256/2c26…` */
export function blobPath(digest: Digest): string {
  return `blobs/sha256/${hexOf(digest)}`
}
