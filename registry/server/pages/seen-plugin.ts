// A plugin as whoever asks may see it: what the pages of the plugin and of its versions begin with.
import type { Name } from '../../../schemas/name.ts'
import { isName } from '../../../schemas/name.ts'
import type { Sight } from '../../auth/read-gate.ts'
import type { PagesDeps } from '../../context.ts'
import type { Plugin, RankedVersion } from '../../db/records.ts'

export type Asked = { readonly repo: string; readonly plugin: string; readonly sight: Sight }

type SeenPlugin = {
  readonly repo: Name
  readonly plugin: Name
  readonly isPrivate: boolean
  readonly row: Plugin
  /** All versions, in any order. */
  readonly states: readonly RankedVersion[]
}

/** Undefined when there is no such plugin, or not for whoever asks. */
export async function seenPlugin({ metadata }: PagesDeps, asked: Asked): Promise<SeenPlugin | undefined> {
  const { plugin } = asked
  if (!isName(plugin)) return undefined
  const seen = await seenRepo({ metadata }, asked)
  const row = seen && (await metadata.catalog.plugin(seen.repo, plugin))
  return row && { ...seen, plugin, row, states: await metadata.catalog.versions(seen.repo, plugin) }
}

type SeenRepo = Pick<SeenPlugin, 'repo' | 'isPrivate'>

/** Undefined for a repo that is not there for whoever asks. */
export async function seenRepo(
  { metadata }: Pick<PagesDeps, 'metadata'>,
  { repo, sight }: Pick<Asked, 'repo' | 'sight'>,
): Promise<SeenRepo | undefined> {
  const visibility = isName(repo) ? await metadata.repos.visibility(repo) : undefined
  if (!isName(repo) || visibility === undefined) return undefined
  if (visibility === 'private' && !sight.privateRepos.includes(repo)) return undefined
  return { repo, isPrivate: visibility === 'private' }
}
