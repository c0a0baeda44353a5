// A plugin of a registry of OCM in the form of a plugin document, so that one resolver serves all repos. OCM knows neither yanked nor
// quarantined versions: what its list names is offered, and what is not named any more is no longer.
import { digestOf } from '../../../schemas/digest.ts'
import type { Name } from '../../../schemas/name.ts'
import type { PluginDocument } from '../../../schemas/plugin-document.ts'
import { newestFirst } from '../../../schemas/version.ts'
import type { ClientContext } from '../../context.ts'
import type { ComponentRepo } from './component-repo.ts'
import { readPluginList } from './plugin-list.ts'

/** What it is proven by, is known once it is read. */
const NO_BUNDLE = { digest: digestOf(''), size: 0 }

export async function componentDocument(
  repo: ComponentRepo,
  plugin: Name,
  context: ClientContext,
): Promise<PluginDocument | undefined> {
  const listed = newestFirst((await readPluginList(repo, context)).plugins.get(plugin) ?? [])
  const [newest] = listed
  if (!newest) return undefined
  return {
    format: 'octo.plugin/v1',
    repo: repo.name,
    plugin,
    serial: 0,
    kind: 'service',
    category: 'ocm',
    description: newest.description,
    versions: listed.map(({ version }) => ({
      version,
      publishedAt: '1970-01-01T00:00:00Z',
      state: 'active',
      bundle: NO_BUNDLE,
      platforms: {},
    })),
  }
}
