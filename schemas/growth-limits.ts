// What grows with every release and is never taken away again: versions, plugins and repos. Asked before one more is sealed,
// so that no document outgrows its readers.
import { coded } from './errors.ts'
import { LIMITS } from './limits.ts'
import type { Name } from './name.ts'

type Growing = { readonly repo: Name; readonly plugin: Name }
export type GrowthLimits = { readonly versionsPerPlugin: number; readonly pluginsPerRepo: number }

/** Throws LIMIT_EXCEEDED where a plugin has as many versions as its documents can list. */
export function requireRoomForVersion(
  { repo, plugin }: Growing,
  versions: number,
  { versionsPerPlugin: limit }: GrowthLimits = LIMITS,
): void {
  if (versions < limit) return
  throw coded('LIMIT_EXCEEDED', {
    message: `plugin \`${repo}/${plugin}\` has ${versions} versions, expected at most ${limit}, as no client could read one more`,
    details: { repo, plugin, expected: limit, found: versions + 1 },
    hint: 'go on under a new plugin name, and deprecate the last version of this one with a reason that names it',
  })
}

/** Throws LIMIT_EXCEEDED where a repo has as many plugins as its documents can list. */
export function requireRoomForPlugin(
  { repo, plugin }: Growing,
  plugins: number,
  { pluginsPerRepo: limit }: GrowthLimits = LIMITS,
): void {
  if (plugins < limit) return
  throw coded('LIMIT_EXCEEDED', {
    message: `repo \`${repo}\` has ${plugins} plugins, expected at most ${limit}, so \`${plugin}\` cannot be added`,
    details: { repo, plugin, expected: limit, found: plugins + 1 },
    hint: 'publish new plugins in another repo',
  })
}

/** Throws LIMIT_EXCEEDED where there are as many repos as the discovery document can list. */
export function requireRoomForRepo(repo: Name, repos: number, limit: number = LIMITS.reposPerRegistry): void {
  if (repos < limit) return
  throw coded('LIMIT_EXCEEDED', {
    message: `there are ${repos} repos already, expected at most ${limit}, so \`${repo}\` cannot be added`,
    details: { repo, expected: limit, found: repos + 1 },
    hint: 'serve further repos from another registry',
  })
}
