// Chooses among what the repos of the config offer of a plugin, proves the choice, and gives it as a lockfile entry.
import { isCoded } from '../../schemas/errors.ts'
import type { LockedPlugin } from '../../schemas/lockfile.ts'
import type { PluginDocument } from '../../schemas/plugin-document.ts'
import { quote } from '../../schemas/quote.ts'
import type { ReleasePredicate } from '../../schemas/release-statement.ts'
import type { Version } from '../../schemas/version.ts'
import { compareVersions } from '../../schemas/version.ts'
import { octoVersion } from '../../system/octo-version.ts'
import type { WhyLeft } from '../api.ts'
import type { ClientContext } from '../context.ts'
import { isComponentRepo } from '../sources/component/component-repo.ts'
import type { Choice, Offer, Question } from '../sources/offer.ts'
import { lockPlain } from '../sources/plain/plain-plugin.ts'
import { repoAddressOf } from '../sources/repo-address.ts'
import { proveRelease } from '../sources/signed/prove-release.ts'
import type { Layout } from '../store/layout.ts'
import { acceptSerial, noteSeenSerial } from '../store/seen.ts'
import { serialToKeep } from '../store/serials.ts'
import { askRepos, reposFor, seenSerialAt } from './ask-repos.ts'
import { withNearestPlugin } from './nearest-plugin.ts'
import { newestOf } from './newest-of.ts'
import type { ResolveInput } from './resolver.ts'
import { resolvePlugin } from './resolver.ts'
import { whyLeft } from './why-left.ts'

export type Resolved = {
  readonly entry: LockedPlugin
  readonly reason: string
  readonly left: WhyLeft | undefined
  /** What there is beyond the ranges. */
  readonly newer: Version | undefined
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
  const reason = choice.reason + goneNote(choice, before)
  return { entry, reason, left, newer: newerThan(choice), kind: choice.document.kind }
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
    locked,
    before,
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

function newerThan({ document, version: { version } }: Choice): Version | undefined {
  const newest = newestOf(document, [version])?.version
  return newest !== undefined && compareVersions(newest, version) > 0 ? newest : undefined
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

function seenSerialOf({ repo, document }: Omit<Offer, 'seenSerial'>, locked: LockedPlugin | undefined, layout: Layout) {
  if (repo.trust.kind === 'component') return 0
  return seenSerialAt({ repo, plugin: document.plugin }, locked, layout)
}
