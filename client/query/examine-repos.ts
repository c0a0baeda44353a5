// How the repos of a config are just now: whether each answers, what its clock says, and whether what it says of the locked
// plugins is still what this machine has seen. Neither config nor lockfile is changed.
import type { RepoConfig } from '../../config/model/config.ts'
import type { CodedError } from '../../schemas/errors.ts'
import { throwDefect } from '../../schemas/errors.ts'
import type { LockedPlugin, Lockfile } from '../../schemas/lockfile.ts'
import type { Name } from '../../schemas/name.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { printable } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import { inParallel } from '../../system/async/limit.ts'
import type { ClientContext } from '../context.ts'
import { EMPTY_LOCK } from '../lockfile/file.ts'
import type { ComponentRepo } from '../sources/component/component-repo.ts'
import { isComponentRepo } from '../sources/component/component-repo.ts'
import { readPlainRepo } from '../sources/plain/read-repo.ts'
import { repoAddressOf } from '../sources/repo-address.ts'
import { requireRepo } from '../sources/require-repo.ts'
import { fetchPluginDocument } from '../sources/signed/fetch-document.ts'
import { readSeenSerial } from '../store/seen.ts'

export type ExaminedRepo = {
  readonly name: Name
  /** Without a login that stands in it. */
  readonly url: string
  /** Why it could not be asked. */
  readonly error?: CodedError
  /** By how many milliseconds this machine's clock is ahead of the server's; absent where the server says no time. */
  readonly aheadMs?: number
  /** Where it is served too. */
  readonly mirrors: readonly ExaminedMirror[]
  /** What it says of locked plugins that whoever uses them wants to know. */
  readonly remarks: readonly RepoRemark[]
}

type ExaminedMirror = {
  readonly url: string
  readonly error?: CodedError
  /** Locked plugins of which it tells an older state than this machine has seen, or nothing. */
  readonly behind: readonly string[]
}

type RepoRemark = {
  readonly plugin: Name
  readonly kind: 'older' | 'gone' | 'withdrawn' | 'refused'
  readonly said: string
}

const PARALLEL = 8
/** Of each repo; a look at the machine is no update. */
const MAX_PLUGINS = 64

export async function examineRepos(
  lock: Lockfile | undefined,
  context: ClientContext,
): Promise<readonly ExaminedRepo[]> {
  const entries = Object.values((lock ?? EMPTY_LOCK).plugins)
  return inParallel(context.config.repos, PARALLEL, (repo) => {
    const own = entries.filter((entry) => entry.repo === repo.name && entry.url === repo.url)
    return examineRepo(repo, own.slice(0, MAX_PLUGINS), context)
  })
}

async function examineRepo(
  repo: RepoConfig,
  entries: readonly LockedPlugin[],
  context: ClientContext,
): Promise<ExaminedRepo> {
  const found = { name: repo.name, url: shownAddress(repo.url) }
  const mirrors = await examineMirrors(repo, entries, context)
  try {
    if (isComponentRepo(repo))
      return { ...found, mirrors: [], remarks: await remarksOnComponents(repo, entries, context) }
    await ask(repo, context)
    const aheadMs = await clockDifference(repo, context)
    const remarks = repo.trust.kind === 'keys' ? await remarksOn(repo, entries, context) : []
    return { ...found, mirrors, ...omitUndefined({ aheadMs }), remarks }
  } catch (error) {
    throwDefect(error)
    return { ...found, mirrors, error, remarks: [] }
  }
}

function examineMirrors(
  repo: RepoConfig,
  entries: readonly LockedPlugin[],
  context: ClientContext,
): Promise<readonly ExaminedMirror[]> {
  return inParallel(repo.mirrors ?? [], PARALLEL, async (mirror) => {
    const found = { url: shownAddress(mirror) }
    const served = { ...repo, url: mirror }
    try {
      await ask(served, context)
      const states = await inParallel(entries, PARALLEL, (entry) =>
        remarkOn(repo, entry, context, repoAddressOf(mirror)),
      )
      return { ...found, behind: states.flatMap((one) => (one && one.kind !== 'withdrawn' ? [one.plugin] : [])) }
    } catch (error) {
      throwDefect(error)
      return { ...found, error, behind: [] }
    }
  })
}

/** Reading its list proves it, and refuses one that is older than what this machine has seen. */
async function remarksOnComponents(
  repo: ComponentRepo,
  entries: readonly LockedPlugin[],
  context: ClientContext,
): Promise<readonly RepoRemark[]> {
  const { readPluginList } = await import('../sources/component/plugin-list.ts')
  const { plugins } = await readPluginList(repo, context)
  const gone = entries.filter(
    ({ plugin, version }) => !plugins.get(plugin)?.some((listed) => listed.version === version),
  )
  return gone.map(({ plugin, version }) => ({ plugin, kind: 'gone', said: `${version} is not offered any more` }))
}

async function ask({ url, trust }: RepoConfig, { network }: ClientContext): Promise<void> {
  const address = repoAddressOf(url)
  if (trust.kind === 'unsigned') await readPlainRepo(network.fetchDocument, address.yaml)
  else await requireRepo(network.fetchDocument, address)
}

/** Whole seconds are all that `Date` has, and an answer takes its time: nothing below a few seconds says anything. */
async function clockDifference({ url }: RepoConfig, { network, now }: ClientContext): Promise<number | undefined> {
  const { json, yaml } = repoAddressOf(url)
  const http = await network.http(yaml.href)
  for (const document of [json, yaml]) {
    const answer = await http.get(document)
    answer.discard()
    const at = Date.parse(answer.headers.date ?? '')
    // What a cache in between kept says when it was kept.
    const isKept = answer.headers.age !== undefined && answer.headers.age !== '0'
    if (answer.status === 200) return Number.isNaN(at) || isKept ? undefined : now() - at
  }
  return undefined
}

async function remarksOn(
  repo: RepoConfig,
  entries: readonly LockedPlugin[],
  context: ClientContext,
): Promise<readonly RepoRemark[]> {
  const remarks = await inParallel(entries, PARALLEL, (entry) => remarkOn(repo, entry, context))
  return remarks.filter((remark) => remark !== undefined)
}

async function remarkOn(
  repo: RepoConfig,
  { plugin, version, serial }: LockedPlugin,
  { network, layout }: ClientContext,
  at = repoAddressOf(repo.url),
): Promise<RepoRemark | undefined> {
  const address = repoAddressOf(repo.url)
  try {
    const document = await fetchPluginDocument(network.fetchDocument, at, plugin)
    if (!document) return { plugin, kind: 'gone', said: 'is not offered any more' }
    const seen = Math.max(serial ?? 0, readSeenSerial(layout, address.plugin(plugin).href))
    if (document.serial < seen)
      return {
        plugin,
        kind: 'older',
        said: `is told in an older state than this machine has seen (serial ${document.serial}, seen ${seen})`,
      }
    const locked = document.versions.find((one) => one.version === version)
    if (!locked || locked.state === 'active') return undefined
    const reason = locked.reason ? `: ${printable(locked.reason, 200)}` : ''
    return { plugin, kind: 'withdrawn', said: `${version} was ${locked.state}${reason}` }
  } catch (error) {
    throwDefect(error)
    return { plugin, kind: 'refused', said: error.message }
  }
}
