// What the real octoctl does with a repo of ours, where Go is not at hand: read, download, check once, cache for ever, run.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import type { OctoctlDistribution } from './decode.ts'
import type { Fetch } from './read-repos.ts'
import { goarch, goos, readRepos } from './read-repos.ts'

type OctoctlConfig = {
  /** Project name: a folder of the cache. */
  readonly name: string
  readonly repos: readonly string[]
  readonly operator: string
}

type OctoctlRun = {
  readonly exitCode: number
  readonly stdout: string
  /** URLs in the order they were asked for. */
  readonly requests: readonly string[]
}

/** `octoctl -c config.yaml <words>` with XDG_CACHE_HOME=cacheHome; throws where octoctl ends with 1 or panics. */
export async function runOctoctl(
  config: OctoctlConfig,
  cacheHome: string,
  words: readonly string[],
): Promise<OctoctlRun> {
  const cache = join(cacheHome, 'octocompose', config.name)
  const requests: string[] = []
  const fetch = cachedFetch(cache, requests)
  const { operators } = await readRepos(config.repos, (url) => fetch(url, 'repos'))
  const operator = operators[config.operator]
  if (!operator) throw new Error('operator not found')
  const distribution = operator.binary?.[`${goos()}_${goarch()}`]
  if (!distribution) throw new Error('URL field is required')
  const file = await downloadOperator(distribution, cache, (url) => fetch(url, 'operators'))
  await writeFile(join(cache, 'config.json'), JSON.stringify({ name: config.name, repos: { operators } }))
  const argv = ['--config', join(cache, 'config.json'), '--log-level', 'info', ...words]
  const done = spawnSync(file, argv, { encoding: 'utf8' })
  return { exitCode: done.status ?? 255, stdout: done.stdout ?? '', requests }
}

type NamedFetch = (url: URL, folder: 'repos' | 'operators') => ReturnType<Fetch>

/** A file that exists is never asked for again. */
function cachedFetch(cache: string, requests: string[]): NamedFetch {
  return async (url, folder) => {
    const file = join(cache, folder, folder === 'repos' ? hashedName(url) : basename(url.pathname))
    if (existsSync(file)) return { status: 200, body: await readFile(file) }
    requests.push(url.href)
    const answer = await globalThis.fetch(url, { headers: { 'accept-encoding': 'gzip' } })
    const body = Buffer.from(await answer.arrayBuffer())
    await mkdir(join(cache, folder), { recursive: true })
    await writeFile(file, answer.status === 200 ? body : '')
    return { status: answer.status, body }
  }
}

function hashedName(url: URL): string {
  return `${createHash('sha256').update(url.href).digest('hex').slice(0, 32)}${extname(url.pathname)}`
}

async function downloadOperator({ url, sha256Url }: OctoctlDistribution, cache: string, fetch: Fetch): Promise<string> {
  if (url === undefined) throw new Error('panic: invalid memory address or nil pointer dereference (url)')
  const file = join(cache, 'operators', basename(new URL(url).pathname))
  const isNew = !existsSync(file)
  const expected = sha256Url === undefined ? undefined : await checksumAt(sha256Url, fetch)
  const { status, body } = await fetch(new URL(url))
  if (status !== 200) throw new Error(`bad status: ${status}`)
  const found = createHash('sha256').update(body).digest('hex')
  if (isNew && expected !== undefined && expected.toLowerCase() !== found)
    throw new Error(`checksum mismatch: expected ${expected}, got ${found}`)
  await chmod(file, 0o700)
  return file
}

async function checksumAt(url: string, fetch: Fetch): Promise<string> {
  const { status, body } = await fetch(new URL(url))
  if (status !== 200) throw new Error(`bad status: ${status}`)
  return body.toString().trim().split(/\s+/)[0] ?? ''
}
