// Reads a repo with all its includes, merges and templates it, as octoctl does before it runs anything.
import type { OctoctlRepo } from './decode.ts'
import { decodeRepo } from './decode.ts'

export type Fetch = (url: URL) => Promise<{ status: number; body: Buffer }>
type Merged = Required<Pick<OctoctlRepo, 'operators' | 'tools' | 'services'>>

const BUILT_IN = ['docker', 'podman', 'nerdctl']
const MAX_FILES = 1000

/** `urls` in order of the config; the first to name something wins. */
export async function readRepos(urls: readonly string[], fetch: Fetch): Promise<Merged> {
  const repos: OctoctlRepo[] = []
  for (const url of urls) await readRepo(new URL(url), fetch, repos)
  return templated(merge(repos))
}

async function readRepo(url: URL, fetch: Fetch, into: OctoctlRepo[]): Promise<void> {
  // The real one follows a cycle of includes for ever.
  if (into.length >= MAX_FILES) throw new Error('include cycle')
  const { status, body } = await fetch(url)
  if (status !== 200) throw new Error(`bad status: ${status}`)
  const repo = decodeRepo(body.toString(), url)
  into.push(repo)
  for (const include of repo.include ?? []) await readRepo(absoluteUrl(include.url ?? '', url), fetch, into)
}

/** A path that starts with `/` is left as it is, and then has no scheme to be fetched with. */
function absoluteUrl(target: string, parent: URL): URL {
  if (/^[a-z]+:\/\//.test(target)) return new URL(target)
  if (target.startsWith('/')) throw new Error('unsupported protocol scheme ""')
  return new URL(target, new URL(parent.pathname, parent.origin))
}

function merge(repos: readonly OctoctlRepo[]): Merged {
  const merged: Merged = { operators: {}, tools: {}, services: {} }
  for (const repo of repos.toReversed()) {
    Object.assign(merged.operators, repo.operators)
    Object.assign(merged.tools, repo.tools)
    Object.assign(merged.services, repo.services)
  }
  for (const name of BUILT_IN) merged.operators[name] = { source: {} }
  return merged
}

/** One `{{` that is no template in any known field of any repo ends the run; a missing `source` is a nil dereference. */
function templated(merged: Merged): Merged {
  const text = JSON.stringify(merged)
    .replace(/\{\{\.OS\}\}/g, goos())
    .replace(/\{\{\.ARCH\}\}/g, goarch())
  if (text.includes('{{')) throw new Error('template: config: function not defined')
  for (const [name, { source }] of Object.entries(merged.operators))
    if (!source) throw new Error(`panic: invalid memory address or nil pointer dereference (operator ${name})`)
  return JSON.parse(text) as Merged
}

export function goos(): string {
  return process.platform === 'win32' ? 'windows' : process.platform
}

export function goarch(): string {
  return process.arch === 'x64' ? 'amd64' : process.arch
}
