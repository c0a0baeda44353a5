// Asks the repos of the config about a plugin, chooses, proves the choice, and gives it as a lockfile entry.
import { setTimeout } from 'node:timers/promises'
import type { OctoConfig, RepoConfig } from '../../config/model/config.ts'
import type { ErrorCode } from '../../schemas/error-codes.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import type { LockedPlugin } from '../../schemas/lockfile.ts'
import type { Name } from '../../schemas/name.ts'
import type { PluginDocument } from '../../schemas/plugin-document.ts'
import { quote } from '../../schemas/quote.ts'
import type { ReleasePredicate } from '../../schemas/release-statement.ts'
import { octoVersion } from '../../system/octo-version.ts'
import type { WhyLeft } from '../api.ts'
import type { ClientContext } from '../context.ts'
import type { FetchDocument } from '../network.ts'
import type { ComponentRepo } from '../sources/component/component-repo.ts'
import { isComponentRepo } from '../sources/component/component-repo.ts'
import type { Choice, Offer, Question } from '../sources/offer.ts'
import type { Place, RepoPlace } from '../sources/places.ts'
import { firstOf, mirrorLacks, patiently, placesOf } from '../sources/places.ts'
import { plainDocument } from '../sources/plain/plain-document.ts'
import { lockPlain } from '../sources/plain/plain-plugin.ts'
import { repoAddressOf } from '../sources/repo-address.ts'
import { requireRepo } from '../sources/require-repo.ts'
import { fetchPluginDocument } from '../sources/signed/fetch-document.ts'
import { proveRelease } from '../sources/signed/prove-release.ts'
import type { Layout } from '../store/layout.ts'
import { acceptSerial, noteSeenSerial, readSeenSerial } from '../store/seen.ts'
import { highestKnown, serialToKeep } from '../store/serials.ts'
import { withNearestPlugin } from './nearest-plugin.ts'
import { withOlderVersions } from './older-versions.ts'
import type { ResolveInput } from './resolver.ts'
import { resolvePlugin } from './resolver.ts'
import { whyLeft } from './why-left.ts'

export type Resolved = {
  readonly entry: LockedPlugin
  readonly reason: string
  readonly left: WhyLeft | undefined
  readonly kind: PluginDocument['kind']
}

/** The lockfile's entry of the plugin, and whether it is kept where it still answers. */
type Before = { readonly entry: LockedPlugin | undefined; readonly isKept: boolean }

export async function resolveOnline(question: Question, given: Before, context: ClientContext): Promise<Resolved> {
  const { choice, serial } = await chooseOnline(question, given, context)
  for (const warning of choice.warnings) context.report.warn?.(warning)
  const before = given.entry
  const entry = await lockChoice(choice, { locked: given.isKept ? before : undefined, before, serial }, context)
  const left = whyLeft(choice, before, octoVersion())
  return { entry, reason: choice.reason + goneNote(choice, before), left, kind: choice.document.kind }
}

type Chosen = {
  readonly choice: Choice
  /** The highest of its document that this machine or the lockfile knows. */
  readonly serial: number
}

/** What would be locked, without a proof of it and without a trace. */
export async function chooseOnline(
  question: Question,
  { entry: before, isKept }: Before,
  context: ClientContext,
): Promise<Chosen> {
  const locked = isKept ? before : undefined
  const offered = await askRepos(question, context, { before, locked })
  const offers = offered.map((offer) => ({ ...offer, seenSerial: seenSerialOf(offer, before, context.layout) }))
  const choice = await chooseOrSuggest(question, context, {
    question,
    offers,
    accept: context.accept,
    asked: reposFor(question, context.config).map(({ name }) => name),
    operatorVersion: octoVersion(),
    ...(locked ? { locked } : {}),
    ...(before ? { before } : {}),
  })
  return { choice, serial: knownSerial(offers, choice) }
}

type Locking = {
  readonly locked: LockedPlugin | undefined
  readonly before: LockedPlugin | undefined
  readonly serial: number
}

async function lockChoice(
  choice: Choice,
  { locked, before, serial }: Locking,
  context: ClientContext,
): Promise<LockedPlugin> {
  const { repo } = choice
  if (isComponentRepo(repo)) {
    const { lockComponent } = await import('../sources/component/component-plugin.ts')
    return lockComponent(choice, { repo, locked, before }, context)
  }
  return repo.trust.kind === 'unsigned' ? lockPlain(choice, locked, context) : lockProven(choice, serial, context)
}

/** Throws what the resolver throws; a name that no repo knows with the nearest one that a repo does. */
async function chooseOrSuggest(question: Question, context: ClientContext, input: ResolveInput): Promise<Choice> {
  try {
    return resolvePlugin(input)
  } catch (error) {
    throw isCoded(error, 'PLUGIN_NOT_FOUND') ? await withNearestPlugin(error, question.plugin, context) : error
  }
}

/** Why the version that was locked is not chosen any more, where its registry withdrew it. */
function goneNote({ document, version }: Choice, before: LockedPlugin | undefined): string {
  if (!before || before.version === version.version) return ''
  const gone = document.versions.find((candidate) => candidate.version === before.version)
  if (!gone) return `; ${quote(before.version)} is not offered any more`
  if (gone.state === 'active') return ''
  return `; ${quote(before.version)} was ${gone.state}${gone.reason ? `: ${gone.reason}` : ''}`
}

function knownSerial(offers: readonly Offer[], { repo }: Choice): number {
  return offers.find((offer) => offer.repo === repo)?.seenSerial ?? 0
}

async function lockProven(choice: Choice, known: number, context: ClientContext): Promise<LockedPlugin> {
  const { repo, document, version, question } = choice
  // A document that was accepted by hand is the new beginning, however low its serial is.
  const isAccepted = document.serial < known
  const serial = serialToKeep(document, isAccepted ? 0 : known)
  const place = { repo, plugin: document.plugin, version: version.version, bundle: version.bundle }
  const release = await proveRelease(place, context)
  const remember = isAccepted ? acceptSerial : noteSeenSerial
  remember(context.layout, repoAddressOf(repo.url).plugin(document.plugin).href, serial)
  return {
    repo: repo.name,
    url: repo.url,
    registryRepo: document.repo,
    plugin: document.plugin,
    version: version.version,
    ranges: [...question.ranges],
    serial,
    signer: release.signer,
    bundle: { digest: release.bundleDigest, size: version.bundle.size },
    platforms: platformsOf(release.predicate),
  }
}

/** From the statement, not from the document. */
function platformsOf({ platforms }: ReleasePredicate): LockedPlugin['platforms'] {
  const entries = Object.entries(platforms).map(([key, { file, digest, size, format }]) => [
    key,
    { file, digest, size, format },
  ])
  return Object.fromEntries(entries)
}

function reposFor({ plugin, repo }: Question, { repos }: OctoConfig): readonly RepoConfig[] {
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

function seenSerialOf({ repo, document }: Omit<Offer, 'seenSerial'>, locked: LockedPlugin | undefined, layout: Layout) {
  if (repo.trust.kind === 'component') return 0
  return seenSerialAt({ repo, plugin: document.plugin }, locked, layout)
}

type Served = { readonly repo: RepoConfig; readonly plugin: Name }

/** Of the repo, whichever of its addresses told it. */
function seenSerialAt({ repo, plugin }: Served, locked: LockedPlugin | undefined, layout: Layout): number {
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
