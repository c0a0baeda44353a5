// Asks the repos of a config what they offer of a plugin, each at its addresses, and says which of them did not answer.
import { setTimeout } from 'node:timers/promises'
import type { OctoConfig, RepoConfig } from '../../config/model/config.ts'
import type { ErrorCode } from '../../schemas/error-codes.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import type { LockedPlugin } from '../../schemas/lockfile.ts'
import type { Name } from '../../schemas/name.ts'
import type { PluginDocument } from '../../schemas/plugin-document.ts'
import { quote } from '../../schemas/quote.ts'
import { octoVersion } from '../../system/octo-version.ts'
import type { ClientContext } from '../context.ts'
import type { FetchDocument } from '../network.ts'
import type { ComponentRepo } from '../sources/component/component-repo.ts'
import { isComponentRepo } from '../sources/component/component-repo.ts'
import type { Question } from '../sources/offer.ts'
import type { Place, RepoPlace } from '../sources/places.ts'
import { firstOf, mirrorLacks, patiently, placesOf } from '../sources/places.ts'
import { plainDocument } from '../sources/plain/plain-document.ts'
import { repoAddressOf } from '../sources/repo-address.ts'
import { requireRepo } from '../sources/require-repo.ts'
import { fetchPluginDocument } from '../sources/signed/fetch-document.ts'
import type { Layout } from '../store/layout.ts'
import { readSeenSerial } from '../store/seen.ts'
import { highestKnown } from '../store/serials.ts'
import { withOlderVersions } from './older-versions.ts'

export function reposFor({ plugin, repo }: Question, { repos }: OctoConfig): readonly RepoConfig[] {
  if (repo === undefined) return repos
  const pinned = repos.filter(({ name }) => name === repo)
  if (pinned.length > 0) return pinned
  const known = repos.map(({ name }) => name)
  throw coded('REPO_NOT_FOUND', {
    message: `plugin ${quote(plugin)} is asked from repo ${quote(repo)}, and the config has ${known.map(quote).join(', ') || 'no repo'}`,
    details: { plugin, repo, repos: known },
    hint: `add \`operator: {repos: {${repo}: {url: …, keys: […]}}}\` to the config`,
  })
}

/** What the lockfile says: an entry of the same name, and whether it is kept where it still answers. */
type Known = { readonly before?: LockedPlugin | undefined; readonly locked?: LockedPlugin | undefined }

/** Documents of all repos that may offer the plugin; those without it are left out. */
export async function askRepos(question: Question, context: ClientContext, known: Known = {}) {
  const repos = reposFor(question, context.config)
  const asked = repos.map(async (repo) => ({
    repo,
    document: await askRepo(repo, { question, known }, context),
  }))
  const answered = await Promise.all(asked)
  return answered.flatMap(({ repo, document }) => (document ? [{ repo, document }] : []))
}

type Served = { readonly repo: RepoConfig; readonly plugin: Name }

/** Of the repo, whichever of its addresses told it. */
export function seenSerialAt({ repo, plugin }: Served, locked: LockedPlugin | undefined, layout: Layout): number {
  const seen = readSeenSerial(layout, repoAddressOf(repo.url).plugin(plugin).href)
  const lockedSerial = locked?.repo === repo.name && locked.url === repo.url ? locked.serial : 0
  return highestKnown([seen, lockedSerial])
}

/** Nothing is known of what such a repo offers. */
const UNANSWERED: ReadonlySet<ErrorCode> = new Set(['FETCH_FAILED', 'FETCH_REFUSED', 'REPO_NOT_FOUND'])

type Asked = { readonly question: Question; readonly known: Known }

/** A repo that does not answer could offer the name too, so it cannot be passed over. */
async function askRepo(repo: RepoConfig, asked: Asked, context: ClientContext): Promise<PluginDocument | undefined> {
  const { network, config } = context
  const { repos } = config
  const { plugin, repo: pinned } = asked.question
  try {
    if (isComponentRepo(repo)) return await askComponent(repo, plugin, context)
    if (repo.trust.kind === 'unsigned') return await plainDocument(repo, plugin, network)
    return await askSigned(repo, asked, context)
  } catch (error) {
    // A name that says its repo is asked nowhere else, so there is nothing to pin.
    const isOpen = pinned === undefined && repos.length > 1
    if (!isOpen || !isCoded(error) || !UNANSWERED.has(error.code)) throw error
    const pin = `pin the plugin to another repo in the config, so that this one is not asked: \`operator: {plugins: {${plugin}: {repo: NAME}}}\``
    throw coded(error.code, {
      message: `repo ${quote(repo.name)} was asked for ${quote(plugin)}: ${error.message}`,
      details: { ...error.details, repo: repo.name, plugin },
      hint: error.hint ? `${error.hint}; or ${pin}` : pin,
      cause: error.cause,
    })
  }
}

async function askComponent(repo: ComponentRepo, plugin: Name, context: ClientContext) {
  const { componentDocument } = await import('../sources/component/component-document.ts')
  return componentDocument(repo, plugin, context)
}

async function askSigned(repo: RepoConfig, asked: Asked, context: ClientContext): Promise<PluginDocument | undefined> {
  const { question, known } = asked
  const subject = `${repo.name}/${question.plugin}`
  return firstOf(
    placesOf(repo),
    async (place, patience) => {
      const fetch = patiently(context.network.fetchDocument, patience)
      const document = await askSignedAt(place, { ...asked, repo }, fetch)
      if (!place.isMirror) return document
      const seen = seenSerialAt({ repo, plugin: question.plugin }, known.before, context.layout)
      return fresh(document, seen, place)
    },
    { ...context, subject },
  )
}

/** Behind is what a mirror may be: that is no attempt to hide something, and no answer either. */
function fresh(document: PluginDocument | undefined, seen: number, place: Place): PluginDocument {
  if (!document) throw mirrorLacks(place, 'it does not have the plugin')
  if (document.serial >= seen) return document
  throw mirrorLacks(place, `it is behind: serial ${document.serial}, and ${seen} was seen`)
}

async function askSignedAt(
  { address }: RepoPlace,
  { repo, question, known: { before, locked } }: Asked & { readonly repo: RepoConfig },
  fetch: FetchDocument,
): Promise<PluginDocument | undefined> {
  const kept = locked?.repo === repo.name ? { locked: locked.version } : {}
  const options = { operatorVersion: octoVersion(), ...kept }
  return atOneMoment(async () => {
    const document = await fetchPluginDocument(fetch, address, question.plugin)
    if (document) return withOlderVersions(document, { question, options, before: before?.version }, { fetch, address })
    await requireRepo(fetch, address)
    return undefined
  })
}

/** A publish between the document and its pages makes them disagree; within these pauses it is over. */
const PAUSES_MS = [100, 500]

/** Reads again, from the document on, what did not fit together. */
async function atOneMoment<Result>(read: () => Promise<Result>): Promise<Result> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await read()
    } catch (error) {
      if (!isCoded(error, 'DOCUMENT_MISMATCH')) throw error
      await setTimeout(pauseMs)
    }
  }
  return read()
}
