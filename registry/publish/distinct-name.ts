// No two plugins of a repo may have names that people take for each other.
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { FoundForPublishing } from '../db/publishing-store.ts'
import type { ReleaseKey } from '../db/records.ts'

/** Throws PLUGIN_NAME_TAKEN when the repo has a plugin whose name differs only in `-`. */
export function requireDistinctName(
  { repo, plugin }: ReleaseKey,
  { sameName: taken }: Pick<FoundForPublishing, 'sameName'>,
): void {
  if (taken === undefined || taken === plugin) return
  throw coded('PLUGIN_NAME_TAKEN', {
    message: `plugin name ${quote(plugin)} could be taken for ${quote(taken)}, which repo ${quote(repo)} has already`,
    details: { repo, plugin, taken },
    hint: 'choose a name that differs in more than `-`',
  })
}
