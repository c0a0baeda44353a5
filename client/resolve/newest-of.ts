// The newest version of a plugin that anybody may choose, whatever the ranges of a config say.
import type { DocumentVersion, PluginDocument } from '../../schemas/plugin-document.ts'
import type { Version } from '../../schemas/version.ts'
import { isPrerelease, newestFirst } from '../../schemas/version.ts'

/** Pre-releases only where somebody uses one already. */
export function newestOf({ versions }: PluginDocument, used: readonly Version[]): DocumentVersion | undefined {
  const mayBeEarly = used.some(isPrerelease)
  return newestFirst(
    versions.filter(({ version, state }) => state === 'active' && (mayBeEarly || !isPrerelease(version))),
  )[0]
}
