// A repo as a plugin registry of OCM: a component that refers to each version of each plugin that `ocm` can run. Its version counts
// the changes of the repo, so that a version stands for one list for ever; only the list as it is now is kept.
import { setImmediate } from 'node:timers/promises'
import { coded } from '../../schemas/errors.ts'
import type { Name } from '../../schemas/name.ts'
import type { Version } from '../../schemas/version.ts'
import { isPrerelease, newestFirst } from '../../schemas/version.ts'
import { pluginComponent, repoComponent, segmentOf } from '../component-name.ts'
import type { OfferedPlugin } from '../db/records.ts'
import type { CatalogStore } from '../db/store.ts'
import type { Reference, RenderedComponent } from './component-version.ts'
import { renderComponentVersion } from './component-version.ts'
import { platformsForOcm } from './release-component.ts'

type Catalog = Pick<CatalogStore, 'serials' | 'offered'>

type PluginList = { readonly version: string; readonly rendered: RenderedComponent }

/** Plugins read at once, so that a large repo does not hold up requests. */
const READ_AT_ONCE = 64
/** `ocm` reads the whole list for each command. */
const MAX_REFERENCES = 10_000
/** How often the list is read anew because somebody published meanwhile. */
const MAX_TRIES = 10

type Listed = { readonly serial: number; readonly references: readonly Reference[] }

/** `last`: the list of these serials. */
type Known = { readonly plugins: Map<Name, Listed>; last?: { readonly serials: string; readonly list: PluginList } }

/**
 * Lists of a repo's plugins: what did not change since the last one is not read again, and a list that did not change is not made
 * again, so that guessing tags and digests costs no more than a look.
 */
export class PluginLists {
  readonly #catalog: Catalog
  readonly #domain: string
  readonly #maxReferences: number
  readonly #repos = new Map<Name, Known>()

  constructor(catalog: Catalog, { domain, maxReferences = MAX_REFERENCES }: PluginListOptions) {
    this.#catalog = catalog
    this.#domain = domain
    this.#maxReferences = maxReferences
  }

  /** Throws LIMIT_EXCEEDED for a repo of very many plugins, or STORE_BUSY. */
  async render(repo: Name): Promise<PluginList> {
    const known: Known = this.#repos.get(repo) ?? { plugins: new Map() }
    this.#repos.set(repo, known)
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      // Serials of one moment: lists of different plugins, read one after the other, could show what never was.
      const serials = await this.#catalog.serials(repo)
      const stale = serials.filter(({ plugin, serial }) => known.plugins.get(plugin)?.serial !== serial)
      if (stale.length === 0) return this.#listOnce(repo, serials, known)
      const names = stale.map(({ plugin }) => plugin)
      for (let at = 0; at < names.length; at += READ_AT_ONCE) {
        if (at > 0) await setImmediate()
        const read = await this.#catalog.offered(repo, names.slice(at, at + READ_AT_ONCE))
        for (const plugin of read) known.plugins.set(plugin.plugin, this.#listed(repo, plugin))
      }
    }
    throw coded('STORE_BUSY', { message: `repo \`${repo}\` changes faster than its plugins can be listed` })
  }

  #listed(repo: Name, { plugin, serial, releases }: OfferedPlugin): Listed {
    const references = newestFirst(releases).flatMap(({ version, description, deprecated, platforms }): Reference[] => {
      const shown = platformsForOcm({ plugin, platforms, manifest: { protocol: 'ocm' } })
      if (shown.length === 0) return []
      const note = deprecated === null ? '' : ` (deprecated: ${deprecated})`
      // `ocm` takes no other keys than it knows.
      const info = { description: description + note, platforms: shown }
      const labels = [{ name: 'ocm.software/pluginInfo', value: info }]
      const componentName = pluginComponent(this.#domain, repo, plugin)
      return [{ name: segmentOf(plugin), componentName, version, labels }]
    })
    return { serial, references }
  }

  #listOnce(repo: Name, all: readonly Serial[], known: Known): PluginList {
    const serials = all.map(({ plugin, serial }) => `${plugin} ${serial}`).join()
    if (known.last?.serials !== serials) known.last = { serials, list: this.#listOf(repo, all, known.plugins) }
    return known.last.list
  }

  #listOf(repo: Name, serials: readonly Serial[], known: ReadonlyMap<Name, Listed>): PluginList {
    const plugins = serials.map(({ plugin }) => known.get(plugin)?.references ?? [])
    const references = this.#bounded(repo, plugins)
    const version = `1.0.${serials.reduce((sum, { serial }) => sum + serial, 0)}`
    const rendered = renderComponentVersion({
      name: repoComponent(this.#domain, repo),
      version,
      provider: this.#domain,
      labels: [
        { name: 'ocm.software/category', value: 'plugin-registry' },
        { name: 'ocm.software/description', value: `plugins of the repo ${repo}` },
      ],
      resources: [],
      references,
    })
    return { version, rendered }
  }

  #bounded(repo: Name, plugins: readonly (readonly Reference[])[]): readonly Reference[] {
    const all = plugins.flat()
    if (all.length <= this.#maxReferences) return all
    const newest = plugins.flatMap((references) => newestOf(references) ?? [])
    if (newest.length <= this.#maxReferences) return newest
    throw coded('LIMIT_EXCEEDED', {
      message: `repo \`${repo}\` has ${newest.length} plugins for \`ocm\`, which is more than a list of them can hold: ${this.#maxReferences}`,
      details: { repo, found: newest.length, expected: this.#maxReferences },
      hint: 'each of them can be fetched by its name',
    })
  }
}

type PluginListOptions = {
  readonly domain: string
  /** Beyond it only the newest version of each plugin is listed. */
  readonly maxReferences?: number
}

type Serial = { readonly plugin: Name; readonly serial: number }

/** They stand newest first. */
function newestOf(references: readonly Reference[]): Reference | undefined {
  return references.find(({ version }) => !isPrerelease(version as Version)) ?? references[0]
}
