// Repos of all three generations of configs: `operator.repos.NAME`, `octoctl.repos.NAME` and octoctl's `repos.include`.
import type { Name } from '../name.ts'
import { isName, parseName } from '../name.ts'
import { quote } from '../quote.ts'
import type { ConfigWarning, RepoConfig } from './config.ts'
import { invalid, warningAt } from './invalid.ts'
import { KNOWN_KEYS, unknownKeys } from './known-keys.ts'
import type { TemplateVariables } from './template.ts'
import { expand } from './template.ts'
import type { MapNode, TreeNode } from './tree.ts'
import { childOf, isEmpty, isRemote, textOf } from './tree.ts'
import type { KeyFiles } from './trust-keys.ts'
import { trustOf } from './trust-keys.ts'

export type RepoReading = {
  readonly keyFiles: KeyFiles
  readonly variables: TemplateVariables
  readonly warnings: ConfigWarning[]
  /** Makes an address absolute that is written relative to a local document. */
  readonly resolveFile: (address: string, document: string) => string
}

type FoundRepo = { readonly name: string; readonly node: MapNode }

/** Keys below `repos:` that octoctl reads as content of a repo and not as the name of one. */
const INLINE_KEYS = ['operators', 'tools', 'services', 'files', 'operator', 'tool', 'service']
const MAX_REPOS = 256

/** Nodes of all repos that the merged document names. */
export function findRepos(root: TreeNode, warnings: ConfigWarning[] = []): readonly FoundRepo[] {
  const named = [childOf(root, 'operator', 'repos'), childOf(root, 'octoctl', 'repos')].flatMap((map) =>
    namedRepos(map),
  )
  return [...named, ...topLevelRepos(childOf(root, 'repos'), warnings)]
}

/** Reads every repo; throws CONFIG_INVALID for one that cannot be used or trusted. */
export function readRepos(root: TreeNode, reading: RepoReading): RepoConfig[] {
  const found = findRepos(root, reading.warnings)
  if (found.length > MAX_REPOS) throw invalid(root, `more than ${MAX_REPOS} repos`)
  const repos = new Map<Name, RepoConfig>()
  for (const { name, node } of found) {
    const url = addressOf(name, node, reading)
    if (isRepeated(node, url, [...repos.values()])) continue
    const repo = readRepo(name, node, { ...reading, url })
    const earlier = repos.get(repo.name)
    if (earlier) throw invalid(node, `repo ${quote(name)} is named twice, with ${quote(earlier.url)} and ${quote(url)}`)
    repos.set(repo.name, repo)
  }
  return [...repos.values()]
}

/** A config may list a repo a second time for octoctl, which knows neither names nor keys. */
function isRepeated(node: MapNode, url: string, repos: readonly RepoConfig[]): boolean {
  return repos.some((repo) => repo.url === url) && !node.entries.has('keys') && !node.entries.has('trust')
}

function readRepo(name: string, node: MapNode, reading: RepoReading & { readonly url: string }): RepoConfig {
  reading.warnings.push(...unknownKeys(node, KNOWN_KEYS.repo, `repo ${quote(name)}`))
  if (!isName(name)) throw invalid(node, `repo name ${quote(name)} is not allowed`, { cause: nameProblem(name) })
  const trust = trustOf(node, name, reading)
  const address = childOf(node, 'url')
  if (trust.kind === 'unsigned' && address && isRemote(address))
    throw invalid(address, `a document from elsewhere may not say where the unsigned repo ${quote(name)} is`)
  if (trust.kind === 'unsigned')
    reading.warnings.push(
      warningAt(node, `repo ${quote(name)} is trusted without signatures; whoever serves it decides what runs`),
    )
  return { name, url: reading.url, trust }
}

function addressOf(name: string, node: MapNode, { variables, resolveFile }: RepoReading): string {
  const raw = childOf(node, 'url')
  if (raw?.kind !== 'scalar' || typeof raw.value !== 'string')
    throw invalid(node, `repo ${quote(name)} has no \`url\``, { hint: 'write `url: https://…/repos/NAME.yaml`' })
  const text = textOf(expand(raw, variables))
  const address = URL.canParse(text) ? text : isRemote(raw) ? '' : resolveFile(text, raw.origin.source.name)
  const url = URL.canParse(address) ? new URL(address) : undefined
  const schemes = isRemote(raw) ? ['https:', 'http:'] : ['https:', 'http:', 'file:']
  if (!url || !schemes.includes(url.protocol))
    throw invalid(
      raw,
      `address ${quote(text)} of repo ${quote(name)} is not one of ${schemes.map((s) => `\`${s}//…\``).join(', ')}`,
    )
  if (url.username || url.password) throw invalid(raw, `address of repo ${quote(name)} holds a user name or password`)
  if (url.search || url.hash) throw invalid(raw, `address of repo ${quote(name)} has a query or fragment`)
  return url.href
}

function namedRepos(map: TreeNode | undefined): FoundRepo[] {
  if (isEmpty(map)) return []
  if (map.kind !== 'map') throw invalid(map, '`repos` is no map of names')
  return [...map.entries].map(([name, node]) => ({ name, node: repoMap(name, node) }))
}

/** octoctl's own form has no names, so a repo is called what the last part of its address says. */
function topLevelRepos(map: TreeNode | undefined, warnings: ConfigWarning[]): FoundRepo[] {
  if (isEmpty(map)) return []
  if (map.kind !== 'map') throw invalid(map, '`repos` is no map')
  const named: FoundRepo[] = []
  for (const [key, node] of map.entries) {
    if (key === 'include') continue
    if (INLINE_KEYS.includes(key))
      warnings.push(warningAt(node, `\`repos.${key}\` is not read, plugins come from repos only`))
    else named.push({ name: key, node: repoMap(key, node) })
  }
  return [...named, ...includedRepos(childOf(map, 'include'))]
}

function includedRepos(list: TreeNode | undefined): FoundRepo[] {
  if (isEmpty(list)) return []
  if (list.kind !== 'list') throw invalid(list, '`repos.include` is no list')
  return list.items.map((item) => {
    const node = repoMap('include', item)
    const url = childOf(node, 'url')
    return { name: nameInAddress(url?.kind === 'scalar' ? textOf(url) : ''), node }
  })
}

function nameInAddress(address: string): string {
  const path = address.split(/[?#]/, 1)[0] ?? ''
  return (path.split('/').at(-1) ?? '').replace(/\.(ya?ml|json)$/, '')
}

function repoMap(name: string, node: TreeNode): MapNode {
  if (node.kind === 'map') return node
  throw invalid(node, `repo ${quote(name)} is no map with \`url\``)
}

function nameProblem(name: string): unknown {
  try {
    return parseName(name, 'repo')
  } catch (error) {
    return error
  }
}
