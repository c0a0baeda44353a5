// What changed in a plugin between two of its releases: what its author wrote of each of them, and how the two differ for whoever uses it.
// Nothing is said about a release that is not proven.

import { coded } from '../../schemas/errors.ts'
import type { LockedPlugin } from '../../schemas/lockfile.ts'
import type { DocumentVersion, PluginDocument, VersionState } from '../../schemas/plugin-document.ts'
import { quote } from '../../schemas/quote.ts'
import type { ReleaseChange } from '../../schemas/release-changes.ts'
import { releaseChanges } from '../../schemas/release-changes.ts'
import { pluginName } from '../../schemas/release-name.ts'
import type { Version } from '../../schemas/version.ts'
import { compareVersions, isPrerelease, newestFirst } from '../../schemas/version.ts'
import { inParallel, settled } from '../../system/async/limit.ts'
import type { VerifiedRelease } from '../../trust/release/verify-release.ts'
import type { ClientContext } from '../context.ts'
import { askRepos } from '../resolve/ask-repos.ts'
import { proveRelease } from '../sources/signed/prove-release.ts'
import type { Described } from './describe.ts'
import { namedSigner } from './describe.ts'

/** Each costs a request. */
const MAX_RELEASES = 20
const PARALLEL = 4

type ChangedRelease = {
  readonly version: Version
  readonly publishedAt: string
  readonly state: VersionState
  /** What its author's changelog says. */
  readonly changelog?: string
  /** Why nothing is said about it. */
  readonly problem?: string
}

export type Changes = {
  readonly from: Version
  readonly to: Version
  /** Newest first: those after `from`, up to `to`. */
  readonly releases: readonly ChangedRelease[]
  /** Older ones between the two that were not looked at. */
  readonly more: number
  /** Undefined where `from` cannot be proven. */
  readonly differences?: readonly ReleaseChange[]
  readonly problem?: string
}

type Asked = {
  /** Typed by hand. */
  readonly from: Version | undefined
  readonly locked: LockedPlugin | undefined
}

/** Undefined where there is nothing to compare. Throws VERSION_NOT_FOUND. */
export async function changesOf(
  described: Described,
  asked: Asked,
  context: ClientContext,
): Promise<Changes | undefined> {
  const to = described.described?.version
  if (!to || described.from !== 'repo' || described.repo.trust.kind !== 'keys') return undefined
  const from = asked.from ?? beginning(described, to, asked.locked)
  if (!from) return undefined
  const document = await withVersion(described, from, context)
  const between = newestFirst(document.versions).filter(
    ({ version }) =>
      compareVersions(version, from) > 0 &&
      compareVersions(version, to) <= 0 &&
      (!isPrerelease(version) || version === to),
  )
  const prove = (version: DocumentVersion) => provenOf(version, described, context)
  const releases = await inParallel(between.slice(0, MAX_RELEASES), PARALLEL, async (version) =>
    shown(version, await prove(version)),
  )
  const [old, now] = await Promise.all([from, to].map((version) => prove(found(document, version))))
  const compared =
    old?.state === 'done' && now?.state === 'done'
      ? { differences: releaseChanges(comparable(old.value, described), comparable(now.value, described)) }
      : { problem: [old, now].flatMap((proof) => (proof?.state === 'failed' ? [proof.error.message] : [])).join('; ') }
  return { from, to, releases, more: Math.max(0, between.length - MAX_RELEASES), ...compared }
}

/** What is locked, else the stable version before. */
function beginning({ document, repo }: Described, to: Version, locked: LockedPlugin | undefined): Version | undefined {
  if (locked && locked.repo === repo.name && locked.version !== to) return locked.version
  return newestFirst(document.versions).find(
    ({ version, state }) => state !== 'quarantined' && !isPrerelease(version) && compareVersions(version, to) < 0,
  )?.version
}

/** It may stand on a page of its own. */
async function withVersion({ document, repo }: Described, version: Version, context: ClientContext) {
  if (document.versions.some((known) => known.version === version)) return document
  const question = { plugin: document.plugin, repo: repo.name, ranges: [version], prerelease: true }
  const [offer] = await askRepos(question, context)
  if (!offer?.document.versions.some((known) => known.version === version)) throw notThere(document, version)
  const known = new Set<string>(document.versions.map((each) => each.version))
  const others = offer.document.versions.filter((each) => !known.has(each.version))
  return { ...document, versions: [...document.versions, ...others] }
}

function found(document: PluginDocument, version: Version): DocumentVersion {
  const one = document.versions.find((known) => known.version === version)
  if (!one) throw notThere(document, version)
  return one
}

function notThere({ repo, plugin, versions }: PluginDocument, version: Version): Error {
  const existing = versions.slice(0, 10).map((known) => known.version)
  return coded('VERSION_NOT_FOUND', {
    message: `${quote(pluginName({ repo, plugin }))} has no version ${quote(version)}, it has ${existing.map(quote).join(', ') || 'none at all'}`,
    details: { plugin: pluginName({ repo, plugin }), version, versions: existing },
    hint: `\`octo info ${plugin}\` lists its versions`,
  })
}

function provenOf({ version, bundle, state }: DocumentVersion, { repo, document }: Described, context: ClientContext) {
  return settled<VerifiedRelease>(() => {
    if (state === 'quarantined')
      throw coded('VERSION_QUARANTINED', { message: `${quote(version)} is blocked by its registry, and not served` })
    return proveRelease({ repo, plugin: document.plugin, version, bundle }, context)
  })
}

function shown(
  { version, publishedAt, state }: DocumentVersion,
  proof: Awaited<ReturnType<typeof provenOf>>,
): ChangedRelease {
  const known = { version, publishedAt, state }
  if (proof.state === 'failed') return { ...known, problem: proof.error.message }
  const { changelog } = proof.value.predicate.manifest
  return changelog === undefined ? known : { ...known, changelog }
}

function comparable({ predicate, signer }: VerifiedRelease, { repo }: Described) {
  const { signerName } = namedSigner(signer, repo)
  return {
    manifest: predicate.manifest,
    platforms: Object.keys(predicate.platforms).sort(),
    signer: signerName === undefined ? signer : `${signerName} (${signer})`,
  }
}
