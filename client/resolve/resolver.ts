// From questions, documents and the lockfile to a plan. Pure: the same input gives the same plan, in any order.
import type { RepoConfig } from '../../config/model/config.ts'
import { coded } from '../../schemas/errors.ts'
import type { LockedPlugin } from '../../schemas/lockfile.ts'
import type { Name } from '../../schemas/name.ts'
import type { DocumentVersion, PluginDocument } from '../../schemas/plugin-document.ts'
import { quote } from '../../schemas/quote.ts'
import { releaseName } from '../../schemas/release-name.ts'
import type { Version } from '../../schemas/version.ts'
import type { Acceptance } from '../api.ts'
import type { Choice, Offer, Question } from '../sources/offer.ts'
import { pickVersion } from './pick-version.ts'

export type ResolveInput = {
  readonly question: Question
  /** All repos that may offer the name: the pinned one, or every one of the config. */
  readonly offers: readonly Offer[]
  /** Repos that were asked, for the error when none offers the plugin. */
  readonly asked: readonly Name[]
  /** Entry of the lockfile; undefined when a newer version is looked for. */
  readonly locked?: LockedPlugin | undefined
  /** Entry of the lockfile, whether it is kept or not. */
  readonly before?: LockedPlugin | undefined
  readonly accept: Acceptance
  readonly operatorVersion: Version
}

/** Throws PLUGIN_NOT_FOUND, NAME_AMBIGUOUS, INDEX_ROLLBACK, DOCUMENT_MISMATCH, or what pickVersion throws. */
export function resolvePlugin(input: ResolveInput): Choice {
  const { repo, document, seenSerial } = theOnlyOffer(input)
  if (repo.trust.kind === 'unsigned') requireAccepted(input, repo)
  else if (document.serial < seenSerial && !input.accept.serial) throw rollback(repo, document, seenSerial)
  const locked = input.locked?.repo === repo.name ? input.locked : undefined
  const options = { operatorVersion: input.operatorVersion, ...(locked ? { locked: locked.version } : {}) }
  const { version, reason } = pickVersion(document, input.question, options)
  // Of others it is known what they are once they are read.
  if (locked?.version === version.version && repo.trust.kind === 'keys') requireUnchanged(locked, version)
  return { repo, document, version, question: input.question, reason, warnings: warningsOf(repo, document, version) }
}

function theOnlyOffer({ question, offers, asked }: ResolveInput): Offer {
  const [first, ...others] = offers
  if (!first) throw notFound(question, asked)
  if (others.length === 0) return first
  const repos = offers.map(({ repo }) => repo.name).sort()
  throw coded('NAME_AMBIGUOUS', {
    message: `plugin ${quote(question.plugin)} is offered by ${repos.map(quote).join(' and ')}, and one name comes from one repo`,
    details: { plugin: question.plugin, repos },
    hint: `pin it in the config: \`operator: {plugins: {${question.plugin}: {repo: ${repos[0]}}}}\``,
  })
}

function notFound({ plugin }: Question, asked: readonly Name[]): Error {
  const where = asked.length === 0 ? ': the config names no repo' : ` in ${asked.map(quote).join(', ')}`
  return coded('PLUGIN_NOT_FOUND', {
    message: `no plugin ${quote(plugin)}${where}`,
    details: { plugin, repos: asked },
    hint:
      asked.length === 0
        ? 'add one to the config: `octo add ADDRESS --key KEY`, as whoever publishes there gives them'
        : '`octo search` lists what the repos of the config offer',
  })
}

function rollback(repo: RepoConfig, document: PluginDocument, seenSerial: number): Error {
  return coded('INDEX_ROLLBACK', {
    message: `document of ${quote(`${repo.name}/${document.plugin}`)} is older than the one last seen, expected serial ${seenSerial} or more, found ${document.serial}`,
    details: { repo: repo.name, plugin: document.plugin, expected: seenSerial, found: document.serial },
    hint: `a mirror may be stale, or somebody hides a change: ask the registry’s owner; \`octo update ${document.plugin} --accept-serial\` accepts it`,
  })
}

/** Whoever serves an unsigned repo decides what runs; a lockfile that knows a signer was promised more. */
function requireAccepted({ before, accept, question }: ResolveInput, repo: RepoConfig): void {
  if (!before || before.signer === 'unsigned' || accept.unsigned) return
  throw coded('SIGNED_BEFORE', {
    message: `plugin ${quote(question.plugin)} was locked with a signature by \`${before.signer}\`, and repo ${quote(repo.name)} is \`trust: unsigned\` now`,
    details: { plugin: question.plugin, repo: repo.name, signer: before.signer },
    hint: `give the repo its \`keys\` again, or accept it: \`octo update ${question.plugin} --accept-unsigned\``,
  })
}

/** A published version never changes: another bundle under the same version is not the release that was locked. */
function requireUnchanged(locked: LockedPlugin, version: DocumentVersion): void {
  if (locked.bundle?.digest === version.bundle.digest) return
  throw coded('DOCUMENT_MISMATCH', {
    message: `${quote(releaseName(locked))} is not the release that was locked, expected bundle \`${locked.bundle?.digest}\`, found \`${version.bundle.digest}\``,
    details: {
      plugin: locked.plugin,
      version: locked.version,
      expected: locked.bundle?.digest,
      found: version.bundle.digest,
    },
    hint: 'versions never change: ask the registry’s owner what happened',
  })
}

/** What its registry says of a version that is used all the same. */
export function warningsOf(repo: RepoConfig, document: PluginDocument, version: DocumentVersion): readonly string[] {
  const name = quote(`${repo.name}/${document.plugin}@${version.version}`)
  const yanked = version.state === 'yanked' ? [`${name} was yanked${version.reason ? `: ${version.reason}` : ''}`] : []
  const deprecated = version.deprecated === undefined ? [] : [`${name} is deprecated: ${version.deprecated}`]
  return [...yanked, ...deprecated]
}
