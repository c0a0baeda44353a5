// A plugin of a plain YAML repo in the form of a plugin document, so that one resolver serves both: it has one version,
// `0.0.0`, as such repos know no versions.
import type { RepoConfig } from '../../../config/model/config.ts'
import { digestOf } from '../../../schemas/digest.ts'
import type { Name } from '../../../schemas/name.ts'
import type { PluginDocument } from '../../../schemas/plugin-document.ts'
import type { Version } from '../../../schemas/version.ts'
import type { Network } from '../../network.ts'
import { repoAddressOf } from '../repo-address.ts'
import { readPlainRepo } from './read-repo.ts'

const PLAIN_VERSION = '0.0.0' as Version
const NO_BUNDLE = { digest: digestOf(''), size: 0 }

export async function plainDocument(
  repo: RepoConfig,
  plugin: Name,
  network: Network,
): Promise<PluginDocument | undefined> {
  const address = repoAddressOf(repo.url)
  const found = (await readPlainRepo(network.fetchDocument, address.yaml)).get(plugin)
  if (!found) return undefined
  return {
    format: 'octo.plugin/v1',
    repo: address.name,
    plugin,
    serial: 0,
    kind: found.kind,
    description: `from ${repo.name}, without version or signature`,
    versions: [
      {
        version: PLAIN_VERSION,
        publishedAt: '1970-01-01T00:00:00Z',
        state: 'active',
        bundle: NO_BUNDLE,
        platforms: {},
      },
    ],
  }
}
