// Finds plugins by word in the repos of a config. Small repos are one document; large ones are asked by their search, and
// only where there is none, by reading their shards.

import type { RepoConfig } from '../../config/model/config.ts'
import { searchAnswer } from '../../schemas/api.ts'
import { parseJson } from '../../schemas/json.ts'
import { LIMITS } from '../../schemas/limits.ts'
import type { Name } from '../../schemas/name.ts'
import { parseRepoDocument } from '../../schemas/repo-document.ts'
import { parseShape } from '../../schemas/shape.ts'
import type { Version } from '../../schemas/version.ts'
import { inParallel } from '../../system/async/limit.ts'
import type { Network } from '../network.ts'
import { readPlainRepo } from './plain/read-repo.ts'
import { readDiscovery } from './read-discovery.ts'
import { repoAddressOf } from './repo-address.ts'
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

/** All words have to appear in name, category or description; the best matches first. */
export async function searchRepos(
  repos: readonly RepoConfig[],
  text: string,
  network: Network,
): Promise<readonly Found[]> {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const found = await inParallel(repos, PARALLEL, (repo) => searchRepo(repo, text, network))
  const matching = found.flat().filter((entry) => words.every((word) => rankOf(entry, word) > 0))
  const rank = (entry: Found) => words.reduce((sum, word) => sum + rankOf(entry, word), 0)
  return matching.sort((left, right) => rank(right) - rank(left) || (left.plugin < right.plugin ? -1 : 1))
}

/** Names that may be meant by a mistyped one, where a repo can tell them without being read as a whole. */
export async function similarNames(repo: RepoConfig, plugin: string, network: Network): Promise<readonly Name[]> {
  const found = await searchRepo(repo, plugin.slice(0, SIMILAR_BEGINNING), network, 'small')
  return found.map((entry) => entry.plugin)
}

async function searchRepo(
  repo: RepoConfig,
  text: string,
  network: Network,
  reads: 'small' | 'all' = 'all',
): Promise<readonly Found[]> {
  const address = repoAddressOf(repo.url)
  const named = <Entry extends Omit<Found, 'repo'>>(entries: readonly Entry[]) =>
    entries.map((entry) => ({ ...entry, repo: repo.name }))
  if (repo.trust.kind === 'unsigned') {
    const plugins = [...(await readPlainRepo(network.fetchDocument, address.yaml)).values()]
    return named(plugins.map(({ plugin, kind }) => ({ plugin, kind, description: '' })))
  }
  const document = await readRepo(address.json, network)
  if (!document) {
    await requireRepo(network.fetchDocument, address)
    return []
  }
  if (!document.shards) return named(document.plugins ?? [])
  const answer = await askSearch(address.yaml, address.name, text, network)
  if (answer || reads === 'small') return named(answer ?? [])
  const shards = document.shards.map((shard) => new URL(`${address.name}/${shard}`, address.yaml))
  const parts = await inParallel(shards, PARALLEL, (shard) => readRepo(shard, network))
  return named(parts.flatMap((part) => part?.plugins ?? []))
}

async function readRepo(url: URL, network: Network) {
  const text = await network.fetchDocument(url, LIMITS.repoDocumentBytes)
  return text === undefined ? undefined : parseRepoDocument(text, url.href)
}

/** Undefined where the repo is only files. */
async function askSearch(yaml: URL, repo: Name, text: string, network: Network) {
  const base = new URL('../', yaml)
  const api = (await readDiscovery(network.fetchDocument, base))?.api
  if (!api) return undefined
  const url = new URL(`${api.base.replace(/\/?$/, '/')}search`, base)
  url.search = new URLSearchParams({ q: text, repo }).toString()
  const answer = await network.fetchDocument(url, LIMITS.repoDocumentBytes)
  if (answer === undefined) return undefined
  return parseShape(searchAnswer, parseJson(answer, url.href, LIMITS.repoDocumentBytes), { name: url.href }).results
}

function rankOf({ plugin, category, description }: Found, word: string): number {
  if (plugin === word) return 8
  if (plugin.startsWith(word)) return 4
  if (plugin.includes(word) || category === word) return 2
  return description.toLowerCase().includes(word) ? 1 : 0
}
