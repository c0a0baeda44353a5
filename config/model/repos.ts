// Repos in all three formats of configs: `operator.repos.NAME`, `octoctl.repos.NAME` and octoctl's `repos.include`.

import { hintOfLogin, holdsLogin } from '../../schemas/address-login.ts'
import type { Name } from '../../schemas/name.ts'
import { isName, parseName } from '../../schemas/name.ts'
import { quote } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import { fieldOf, itemsOf, namedEntries } from '../document/field-of.ts'
import { knownKeys } from '../document/fields.ts'
import { invalid, warningAt } from '../document/invalid.ts'
import type { MapNode, TreeNode } from '../document/node.ts'
import { isText, textOf } from '../document/node.ts'
import { lacksScheme } from '../document/scheme.ts'
import type { TemplateVariables } from '../document/template.ts'
import { expandAddress } from '../document/template.ts'
import type { Warnings } from '../document/warnings.ts'
import { attempt, attemptEach } from '../document/warnings.ts'
import { componentAddress, componentTrustOf, isComponentAddress } from './component-repo.ts'
import type { RepoConfig, RepoTrust } from './config.ts'
import type { KeyFiles } from './keys.ts'
import { trustOf } from './keys.ts'

type RepoReading = {
  readonly keyFiles: KeyFiles
  readonly variables: TemplateVariables
  readonly warnings: Warnings
  readonly insecure: boolean | undefined
  /** Makes an address absolute that is written relative to a local document; gives a URL for every text. */
  readonly resolveFile: (address: string, document: string) => string
}

type FoundRepo = { readonly name: string; readonly node: MapNode }

const MAX_REPOS = 256
/** What the config itself says in place of a repo, for operators of containers. */
const READ_BY_OPERATORS: readonly string[] = ['services', 'files']

/** Nodes of all repos that a tree names. */
export function findRepos(root: TreeNode | undefined, warnings?: Warnings): readonly FoundRepo[] {
  const operator = fieldOf(fieldOf(root, 'config', 'operator'), 'operator', 'repos')
  const octoctl = fieldOf(fieldOf(root, 'config', 'octoctl'), 'octoctl', 'repos')
  return [
    ...[operator, octoctl].flatMap((map) => namedEntries(map).map(([name, node]) => namedRepo(name, node))),
    ...topLevelRepos(fieldOf(root, 'config', 'repos'), warnings),
  ]
}

/** Whether an entry of a fetched document says nothing but the address of a repo that is known. */
export function repeatsRepo(node: TreeNode, repos: readonly RepoConfig[]): boolean {
  if (node.kind !== 'map' || node.entries.size !== 1) return false
  const url = fieldOf(node, 'repo', 'url')
  const text = isText(url) ? url.value : ''
  return URL.canParse(text) && repos.some(({ url }) => url === text || url === new URL(text).href)
}

/** Reads every repo; throws CONFIG_INVALID for one that cannot be used or trusted. */
export function readRepos(root: TreeNode | undefined, reading: RepoReading): RepoConfig[] {
  const found = findRepos(root, reading.warnings)
  if (root && found.length > MAX_REPOS) throw invalid(root, `more than ${MAX_REPOS} repos`)
  const repos = new Map<Name, RepoConfig>()
  for (const one of found) attempt(reading.warnings, () => addRepo(one, repos, reading))
  return [...repos.values()]
}

function addRepo({ name, node }: FoundRepo, repos: Map<Name, RepoConfig>, reading: RepoReading): void {
  const url = attempt(reading.warnings, () => addressOf(name, node, reading))
  // Whose signatures it needs can be said of an address that is wrong, too.
  if (url === undefined) {
    if (!isOfComponents(node)) trustOf(node, name, reading)
    return
  }
  if (isRepeated(node, url, [...repos.values()])) return
  const repo = readRepo(name, node, { ...reading, url })
  const earlier = repos.get(repo.name)
  if (earlier) throw invalid(node, `repo ${quote(name)} is named twice, with ${quote(earlier.url)} and ${quote(url)}`)
  repos.set(repo.name, repo)
}

function isOfComponents(node: MapNode): boolean {
  const url = fieldOf(node, 'repo', 'url')
  return isText(url) && isComponentAddress(url.value)
}

/** A config may list a repo a second time for octoctl, which knows neither names nor keys. */
function isRepeated(node: MapNode, url: string, repos: readonly RepoConfig[]): boolean {
  const says = ['keys', 'trust', 'mirrors'].some((key) => node.entries.has(key))
  return repos.some((repo) => repo.url === url) && !says
}

function readRepo(name: string, node: MapNode, reading: RepoReading & { readonly url: string }): RepoConfig {
  if (!isName(name)) throw invalid(node, `repo name ${quote(name)} is not allowed`, { cause: nameProblem(name) })
  const trust = isComponentAddress(reading.url) ? componentTrustOf(node, name, reading) : trustOf(node, name, reading)
  if (trust.kind === 'unsigned')
    reading.warnings.add(() =>
      warningAt(node, `repo ${quote(name)} is trusted without signatures; whoever serves it decides what runs`),
    )
  const mirrors = mirrorsOf(name, node, { ...reading, trust })
  return { name, url: reading.url, ...(mirrors.length > 0 ? { mirrors } : {}), trust }
}

const MAX_MIRRORS = 16

/** Whoever serves a mirror decides nothing: signatures prove what comes from there, and the last part of the address says of which repo. */
function mirrorsOf(
  name: string,
  node: MapNode,
  reading: RepoReading & { readonly url: string; readonly trust: RepoTrust },
): readonly string[] {
  const said = fieldOf(node, 'repo', 'mirrors')
  const items = itemsOf(said)
  if (said === undefined || items.length === 0) return []
  if (items.length > MAX_MIRRORS) throw invalid(said, `repo ${quote(name)} has more than ${MAX_MIRRORS} mirrors`)
  if (reading.trust.kind !== 'keys')
    throw invalid(
      said,
      `repo ${quote(name)} has \`mirrors\`, which need \`keys\`: nothing else proves what a mirror serves`,
      {
        hint: 'name its keys, or leave `mirrors` out',
      },
    )
  const mirrors = attemptEach(items, reading.warnings, (item) => mirrorAddress(name, item, reading))
  const twice = mirrors.find((url, index) => url === reading.url || mirrors.indexOf(url) !== index)
  if (twice === undefined) return mirrors
  throw invalid(said, `repo ${quote(name)} names the address ${quote(shownAddress(twice))} twice`)
}

function mirrorAddress(name: string, item: TreeNode, reading: RepoReading & { readonly url: string }): string {
  const url = readAddress(item, { ...reading, subject: `a mirror of repo ${quote(name)}` })
  if (lastPart(url) !== lastPart(reading.url))
    throw invalid(
      item,
      `mirror ${quote(shownAddress(url))} of repo ${quote(name)} is another repo, expected an address that ends with ${quote(lastPart(reading.url))}`,
    )
  return url
}

function lastPart(address: string): string {
  return address.slice(address.lastIndexOf('/') + 1)
}

const SCHEMES = ['https:', 'http:', 'file:']

function addressOf(name: string, node: MapNode, reading: RepoReading): string {
  const raw = fieldOf(node, 'repo', 'url')
  if (!isText(raw))
    throw invalid(node, `repo ${quote(name)} has no \`url\``, { hint: 'write `url: https://…/repos/NAME.yaml`' })
  const text = textOf(expandAddress(raw, reading.variables))
  if (isComponentAddress(text)) return componentAddress(raw, text, name)
  return readAddress(raw, { ...reading, subject: `repo ${quote(name)}` })
}

type AddressReading = RepoReading & { readonly subject: string }

function readAddress(raw: TreeNode, { variables, resolveFile, subject }: AddressReading): string {
  if (!isText(raw))
    throw invalid(raw, `address of ${subject} is no text`, { hint: 'write `https://…/repos/NAME.yaml`' })
  const text = textOf(expandAddress(raw, variables))
  const shown = shownAddress(text)
  const hint = `write \`https://${shown.replace(/^\/+/, '')}\`, or \`./…\` for a file`
  if (lacksScheme(text)) throw invalid(raw, `address ${quote(shown)} of ${subject} has no scheme`, { hint })
  const url = new URL(URL.canParse(text) ? text : resolveFile(text, raw.origin.source.name))
  if (!SCHEMES.includes(url.protocol))
    throw invalid(
      raw,
      `address ${quote(shown)} of ${subject} is not one of ${SCHEMES.map((s) => `\`${s}//…\``).join(', ')}`,
    )
  if (holdsLogin(text))
    throw invalid(raw, `address of ${subject} holds a user name or password`, {
      hint: hintOfLogin(
        'leave them out, and put them into ~/.netrc or the environment variable OCTO_CREDENTIALS',
        text,
      ),
    })
  if (url.search || url.hash) throw invalid(raw, `address of ${subject} has a query or fragment`)
  return url.href
}

function namedRepo(name: string, node: TreeNode): FoundRepo {
  if (node.kind !== 'map') throw invalid(node, `repo ${quote(name)} is no map with \`url\``)
  return { name, node }
}

/** octoctl's own form has no names, so a repo is called what the last part of its address says. */
function topLevelRepos(map: TreeNode | undefined, warnings: Warnings | undefined): FoundRepo[] {
  const named: FoundRepo[] = []
  for (const [key, node] of namedEntries(map)) {
    if (key === 'include') continue
    // octoctl reads the others as content of a repo and not as the name of one.
    if (READ_BY_OPERATORS.includes(key)) continue
    if (knownKeys('octoctl repos').includes(key))
      warnings?.add(() => warningAt(node, `\`repos.${key}\` is not read, plugins come from repos only`))
    else named.push(namedRepo(key, node))
  }
  return [...named, ...includedRepos(fieldOf(map, 'octoctl repos', 'include'))]
}

function includedRepos(list: TreeNode | undefined): FoundRepo[] {
  return itemsOf(list).map((item) => {
    const { node } = namedRepo('include', item)
    const url = fieldOf(node, 'repo', 'url')
    return { name: nameInAddress(url?.kind === 'scalar' ? textOf(url) : ''), node }
  })
}

function nameInAddress(address: string): string {
  const path = address.split(/[?#]/, 1)[0] ?? ''
  return (path.split('/').at(-1) ?? '').replace(/\.(ya?ml|json)$/, '')
}

function nameProblem(name: string): unknown {
  try {
    return parseName(name, 'repo')
  } catch (error) {
    return error
  }
}
