// What is read for those who look: the tree, pages and search.
import type { FoundPlugins, News, OfferedPlugin, Plugin, Release } from '../../../../registry/db/records.ts'
import type { Narrowing } from '../../../../registry/db/search-filters.ts'
import { keysOf, narrow } from '../../../../registry/db/search-filters.ts'
import { searchWords } from '../../../../registry/db/search-words.ts'
import type { CatalogStore } from '../../../../registry/db/store.ts'
import type { Name } from '../../../../schemas/name.ts'
import { listingOf } from '../../../../static-tree/newest.ts'
import type { PluginRecord, ReleaseRecord } from '../../../../static-tree/record.ts'
import type { State, Steps, StoredRelease } from './state.ts'
import { byText, nameOf, releasesOf, sum } from './state.ts'

export function catalogOf({ read }: Steps): CatalogStore {
  const served = (state: State) => [...state.releases.values()].filter(({ release }) => release.state !== 'quarantined')
  return {
    plugin: (repo, plugin) => read(({ plugins }) => plugins.get(`${repo}/${plugin}`)),
    release: (release) => read(({ releases }) => releases.get(nameOf(release))?.release),
    plugins: (repo, { after = '' as Name, limit } = {}) =>
      read(({ plugins }) =>
        [...plugins.values()]
          .filter((each) => each.repo === repo && each.plugin > after)
          .map(({ plugin }) => plugin)
          .sort(byText)
          .slice(0, limit),
      ),
    record: (repo, plugin) => read((state) => recordOf(state, repo, plugin)),
    versions: (repo, plugin) =>
      read((state) =>
        releasesOf(state, { repo, plugin }).map(({ release: { version, state: shown } }) => ({
          version,
          state: shown,
        })),
      ),
    servedVersions: (repo, plugin) =>
      read((state) =>
        releasesOf(state, { repo, plugin })
          .filter(({ release }) => release.state !== 'quarantined')
          .map(({ release }) => release.version),
      ),
    shownVersions: (repo, plugin, wanted) =>
      read((state) =>
        releasesOf(state, { repo, plugin })
          .filter(({ release }) => wanted.includes(release.version))
          .map(({ release, artifacts }) => {
            const { version, publishedAt, state: shown, yanked, quarantined, deprecated, signer } = release
            return { version, publishedAt, state: shown, yanked, quarantined, deprecated, signer, artifacts }
          }),
      ),
    listings: (repo, names) =>
      read((state) =>
        names.flatMap((plugin) => {
          const record = recordOf(state, repo, plugin)
          return (record && listingOf(record)) ?? []
        }),
      ),
    isServed: (digest, visibility) =>
      read((state) =>
        served(state).some(
          ({ release, artifacts }) =>
            state.repos.get(release.repo) === visibility &&
            (release.bundleDigest === digest || artifacts.some((artifact) => artifact.digest === digest)),
        ),
      ),
    holds: (repo, plugin, digest) =>
      read((state) =>
        served(state).some(
          ({ release, artifacts }) =>
            release.repo === repo &&
            release.plugin === plugin &&
            [release.bundleDigest, ...artifacts.map((artifact) => artifact.digest)].includes(digest),
        ),
      ),
    activeVersions: (repo, plugin, { after = '', limit }) =>
      read((state) =>
        activeOf(state, repo, plugin)
          .map(({ version }) => version)
          .filter((version) => version > after)
          .sort(byText)
          .slice(0, limit),
      ),
    serials: (repo) =>
      read(({ plugins }) =>
        [...plugins.values()]
          .filter((each) => each.repo === repo)
          .map(({ plugin, serial }) => ({ plugin, serial }))
          .sort((a, b) => byText(a.plugin, b.plugin)),
      ),
    offered: (repo, names) =>
      read((state) =>
        names.flatMap((plugin) => {
          const known = state.plugins.get(`${repo}/${plugin}`)
          return known ? { plugin, serial: known.serial, releases: offersOf(state, repo, plugin) } : []
        }),
      ),
    repoSummaries: (limit, readable = []) =>
      read(({ repos, plugins }) =>
        [...repos]
          .filter(([name, visibility]) => visibility === 'public' || readable.includes(name))
          .sort(([left], [right]) => byText(left, right))
          .slice(0, limit)
          .map(([name, visibility]) => {
            return { name, visibility, plugins: [...plugins.values()].filter(({ repo }) => repo === name).length }
          }),
      ),
    search: (query, repo, readable = [], narrowing = {}) =>
      read((state) => search(state, { query, repo, readable, narrowing })),
    news: ({ repo, plugin, limit, offset = 0 }, readable = []) =>
      read(({ releases, repos }) =>
        [...releases.values()]
          .filter(({ release }) => repos.get(release.repo) === 'public' || readable.includes(release.repo))
          .filter(({ release }) => repo === undefined || release.repo === repo)
          .filter(({ release }) => plugin === undefined || release.plugin === plugin)
          .reverse()
          .sort((a, b) => b.changedAt - a.changedAt)
          .slice(offset, offset + limit)
          .map(newsOf),
      ),
    secret: () => read(({ secret }) => secret),
  }
}

function activeOf(state: State, repo: Name, plugin: Name): Release[] {
  return releasesOf(state, { repo, plugin })
    .map(({ release }) => release)
    .filter((release) => release.state === 'active')
}

function offersOf(state: State, repo: Name, plugin: Name): OfferedPlugin['releases'] {
  return activeOf(state, repo, plugin)
    .filter(({ predicate }) => predicate.manifest.protocol === 'ocm')
    .map(({ version, deprecated, predicate: { manifest, platforms } }) => ({
      ...{ version, deprecated, platforms },
      description: manifest.description,
    }))
}

function recordOf(state: State, repo: Name, plugin: Name): PluginRecord | undefined {
  const known = state.plugins.get(`${repo}/${plugin}`)
  if (!known) return undefined
  const releases = releasesOf(state, { repo, plugin }).map(({ release }): ReleaseRecord => {
    const reason = release.quarantined ?? release.yanked
    return {
      version: release.version,
      publishedAt: new Date(release.publishedAt).toISOString(),
      state: release.state,
      ...(reason === null ? {} : { reason }),
      ...(release.deprecated === null ? {} : { deprecated: release.deprecated }),
      bundle: { digest: release.bundleDigest, size: release.bundleSize },
      predicate: release.predicate,
    }
  })
  return { repo, plugin, serial: known.serial, releases }
}

function newsOf({ release, changedAt }: StoredRelease): News {
  const { repo, plugin, version, publishedAt, state, signer, yanked, quarantined, deprecated } = release
  const { kind, category = null, description } = release.predicate.manifest
  const named = { repo, plugin, version, publishedAt, changedAt, state, signer, yanked, quarantined, deprecated }
  return { ...named, kind, category, description }
}

type Search = {
  readonly query: string
  readonly repo: Name | undefined
  readonly readable: readonly Name[]
  readonly narrowing: Narrowing
}

/** Names first, then categories, then descriptions: a rank is where the best word stands. What is private comes before all. */
function search({ plugins, repos, traits }: State, { query, repo, readable, narrowing }: Search): FoundPlugins {
  const words = searchWords(query).map((word) => word.toLowerCase())
  const begins = (text: string, word: string) => wordsOf(text).some((each) => each.startsWith(word))
  const fields = ({ plugin, category, description }: Plugin) => [plugin, category ?? '', description]
  const fits = (plugin: Plugin) => words.every((word) => fields(plugin).some((text) => begins(text, word)))
  const rank = (plugin: Plugin) => sum(words.map((word) => fields(plugin).findIndex((text) => begins(text, word))))
  const isOpen = (plugin: Plugin) => repos.get(plugin.repo) === 'public'
  const kind = (plugin: Plugin) => (words.length > 0 && isOpen(plugin) ? 1 : 0)
  const found = [...plugins.values()]
    .filter((plugin) => isOpen(plugin) || readable.includes(plugin.repo))
    .filter((plugin) => repo === undefined || plugin.repo === repo)
    .filter(fits)
    .sort((a, b) => kind(a) - kind(b) || rank(a) - rank(b) || byText(a.plugin, b.plugin) || byText(a.repo, b.repo))
  const { shown, ...narrowed } = narrow(
    found.map((plugin) => {
      const { repo: of, kind, category } = plugin
      const own = traits.get(`${of}/${plugin.plugin}`)
      const keys = own ? keysOf(own) : { platform: '', contract: '', signer: '' }
      return { found: plugin, repo: of, kind, category: category ?? '', ...keys }
    }),
    narrowing,
  )
  const results = shown.map(({ found: { repo: of, plugin, kind, category, description, newest } }) => ({
    ...{ repo: of, plugin, kind, description },
    ...(category === null ? {} : { category }),
    ...(newest === null ? {} : { version: newest }),
  }))
  return { ...narrowed, results }
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
}
