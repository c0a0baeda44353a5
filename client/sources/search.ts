// Finds plugins by word in the repos of a config. Small repos are one document; large ones are asked by their search, and
// only where there is none, by reading their shards.

import type { RepoConfig } from '../../config/model/config.ts'
import { searchAnswer } from '../../schemas/api.ts'
import type { CodedError } from '../../schemas/errors.ts'
import { parseJson } from '../../schemas/json.ts'
import { LIMITS } from '../../schemas/limits.ts'
import type { Name } from '../../schemas/name.ts'
import { parseRepoDocument } from '../../schemas/repo-document.ts'
import { parseShape } from '../../schemas/shape.ts'
import type { Version } from '../../schemas/version.ts'
import { isPrerelease, newestFirst } from '../../schemas/version.ts'
import { inParallel, settleInParallel } from '../../system/async/limit.ts'
import type { ClientContext } from '../context.ts'
import type { FetchDocument, Network } from '../network.ts'
import type { ComponentRepo } from './component/component-repo.ts'
import { isComponentRepo } from './component/component-repo.ts'
import type { Patience } from './places.ts'
import { firstOf, patiently, placesOf } from './places.ts'
import { readPlainRepo } from './plain/read-repo.ts'
import { addressNamed, readDiscovery } from './read-discovery.ts'
import type { RepoAddress } from './repo-address.ts'
import { requireRepo } from './require-repo.ts'

type Found = {
  readonly repo: Name
  readonly plugin: Name
  readonly version?: Version | undefined
  readonly kind: string
  readonly category?: string | undefined
  readonly description: string
}

const PARALLEL = 8
const SIMILAR_BEGINNING = 3

type Search = {
  readonly found: readonly Found[]
  /** Repos of which nothing is known, as they did not answer or could not be read. */
  readonly failed: readonly { readonly repo: Name; readonly error: CodedError }[]
}

/** All words have to appear in name, category or description; the best matches first. One repo's failure hides no other's plugins. */
export async function searchRepos(text: string, context: ClientContext): Promise<Search> {
  const { repos } = context.config
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const answers = await settleInParallel(repos, PARALLEL, (repo) => searchRepo(repo, text, context))
  const found = answers.flatMap((answer) => (answer.state === 'done' ? answer.value : []))
  const matching = found.filter((entry) => words.every((word) => rankOf(entry, word) > 0))
  const rank = (entry: Found) => words.reduce((sum, word) => sum + rankOf(entry, word), 0)
  return {
    found: matching.sort((left, right) => rank(right) - rank(left) || (left.plugin < right.plugin ? -1 : 1)),
    failed: repos.flatMap(({ name: repo }, index) => {
      const answer = answers[index]
      return answer?.state === 'failed' ? [{ repo, error: answer.error }] : []
    }),
  }
}

/** Names that may be meant by a mistyped one, where a repo can tell them without being read as a whole. */
export async function similarNames(repo: RepoConfig, plugin: string, context: ClientContext): Promise<readonly Name[]> {
  const found = await searchRepo(repo, plugin.slice(0, SIMILAR_BEGINNING), context, 'small')
  return found.map((entry) => entry.plugin)
}

async function searchRepo(
  repo: RepoConfig,
  text: string,
  context: ClientContext,
  reads: 'small' | 'all' = 'all',
): Promise<readonly Found[]> {
  if (isComponentRepo(repo)) return listComponents(repo, context)
  return firstOf(
    placesOf(repo),
    ({ address }, patience) => searchAt(address, { repo, text, reads, patience }, context.network),
    {
      ...context,
      subject: repo.name,
    },
  )
}

type Searched = {
  readonly repo: RepoConfig
  readonly text: string
  readonly reads: 'small' | 'all'
  readonly patience: Patience
}

async function searchAt(
  address: RepoAddress,
  { repo, text, reads, patience }: Searched,
  { fetchDocument }: Network,
): Promise<readonly Found[]> {
  const fetch = patiently(fetchDocument, patience)
  const named = <Entry extends Omit<Found, 'repo'>>(entries: readonly Entry[]) =>
    entries.map((entry) => ({ ...entry, repo: repo.name }))
  if (repo.trust.kind === 'unsigned') {
    const plugins = [...(await readPlainRepo(fetch, address.yaml)).values()]
    return named(plugins.map(({ plugin, kind }) => ({ plugin, kind, description: '' })))
  }
  const document = await readRepo(address.json, fetch)
  if (!document) {
    await requireRepo(fetch, address)
    return []
  }
  if (!document.shards) return named(document.plugins ?? [])
  const answer = await askSearch(address.yaml, address.name, text, fetch)
  if (answer || reads === 'small') return named(answer ?? [])
  const shards = document.shards.map((shard) => new URL(`${address.name}/${shard}`, address.yaml))
  const parts = await inParallel(shards, PARALLEL, (shard) => readRepo(shard, fetch))
  return named(parts.flatMap((part) => part?.plugins ?? []))
}

async function listComponents(repo: ComponentRepo, context: ClientContext): Promise<readonly Found[]> {
  const { readPluginList } = await import('./component/plugin-list.ts')
  return [...(await readPluginList(repo, context)).plugins].map(([plugin, listed]) => {
    const ranked = newestFirst(listed)
    const { version, description = '' } = ranked.find((each) => !isPrerelease(each.version)) ?? ranked[0] ?? {}
    return { repo: repo.name, plugin, version, kind: 'service', category: 'ocm', description }
  })
}

async function readRepo(url: URL, fetch: FetchDocument) {
  const text = await fetch(url, LIMITS.repoDocumentBytes)
  return text === undefined ? undefined : parseRepoDocument(text, url.href)
}

/** Undefined where the repo is only files. */
async function askSearch(yaml: URL, repo: Name, text: string, fetch: FetchDocument) {
  const base = new URL('../', yaml)
  const api = (await readDiscovery(fetch, base))?.api
  if (!api) return undefined
  const url = addressNamed(`${api.base.replace(/\/?$/, '/')}search`, base)
  url.search = new URLSearchParams({ q: text, repo }).toString()
  const answer = await fetch(url, LIMITS.repoDocumentBytes)
  if (answer === undefined) return undefined
  return parseShape(searchAnswer, parseJson(answer, url.href, LIMITS.repoDocumentBytes), { name: url.href }).results
}

function rankOf({ plugin, category, description }: Found, word: string): number {
  if (plugin === word) return 8
  if (plugin.startsWith(word)) return 4
  if (plugin.includes(word) || category === word) return 2
  return description.toLowerCase().includes(word) ? 1 : 0
}
