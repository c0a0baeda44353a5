// Addresses of the pages of repos, plugins and versions, below the path of the registry.
import type { Name } from '../../../schemas/name.ts'
import type { Version } from '../../../schemas/version.ts'

/** e.g. `/plugins/core` */
export function repoPath(repo: string): string {
  return `/plugins/${repo}`
}

/** e.g. `/plugins/core/check-tcp` */
export function pluginPath(repo: string, plugin: string): string {
  return `${repoPath(repo)}/${plugin}`
}

/** e.g. `/plugins/core/check-tcp/1.0.0` */
export function versionPath(repo: Name, plugin: Name, version: Version): string {
  return `${pluginPath(repo, plugin)}/${version}`
}
