// Where things are, from the one URL that a config gives a repo: `…/repos/core.yaml` has its plugins below `…/repos/core/`.
import { coded } from '../../schemas/errors.ts'
import type { Name } from '../../schemas/name.ts'
import { isName } from '../../schemas/name.ts'
import { quote } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import type { Version } from '../../schemas/version.ts'
import { BUNDLE_FILE } from '../../static-tree/paths.ts'

export type RepoAddress = {
  /** Name of the repo in documents and statements. */
  readonly name: Name
  /** The YAML itself. */
  readonly yaml: URL
  readonly json: URL
  plugin(plugin: Name): URL
  page(plugin: Name, page: number): URL
  bundle(plugin: Name, version: Version): URL
  artifact(plugin: Name, version: Version, file: string): URL
}

/** Throws CONFIG_INVALID unless the URL's last part is a repo name with `.yaml`. */
export function repoAddressOf(url: string): RepoAddress {
  const yaml = new URL(url)
  const name = /\/([^/]+)\.ya?ml$/.exec(yaml.pathname)?.[1]
  if (!isName(name))
    throw coded('CONFIG_INVALID', {
      message: `repo URL ${quote(shownAddress(url))} does not end with a repo name, expected for example \`https://example.org/repos/core.yaml\``,
    })
  const below = (path: string) => new URL(`${name}${path}`, yaml)
  return {
    name,
    yaml,
    json: below('.json'),
    plugin: (plugin) => below(`/${plugin}.json`),
    page: (plugin, page) => below(`/${plugin}/_/${page}.json`),
    bundle: (plugin, version) => below(`/${plugin}/${version}/${BUNDLE_FILE}`),
    artifact: (plugin, version, file) => below(`/${plugin}/${version}/${encodeURIComponent(file)}`),
  }
}
