// What one repo says of one plugin, with the proof of the release that is described. Where no repo answers, what is locked and stored.
import type { PluginRequest, RepoConfig } from '../../config/model/config.ts'
import type { ErrorCode } from '../../schemas/error-codes.ts'
import type { CodedError } from '../../schemas/errors.ts'
import { coded } from '../../schemas/errors.ts'
import type { LockedPlugin, Lockfile } from '../../schemas/lockfile.ts'
import type { ReleasedManifest } from '../../schemas/manifest.ts'
import type { DocumentVersion, PluginDocument } from '../../schemas/plugin-document.ts'
import { pluginDocumentHead } from '../../schemas/plugin-document.ts'
import { quote } from '../../schemas/quote.ts'
import type { ReleaseArtifact } from '../../schemas/release-statement.ts'
import type { Version } from '../../schemas/version.ts'
import { isPrerelease, satisfies } from '../../schemas/version.ts'
import { settled } from '../../system/async/limit.ts'
import type { ClientContext } from '../context.ts'
import { releaseOf } from '../install/install-entry.ts'
import { repoOf } from '../lockfile/cover.ts'
import type { ComponentRepo } from '../sources/component/component-repo.ts'
import { isComponentRepo } from '../sources/component/component-repo.ts'
import { proveRelease } from '../sources/signed/prove-release.ts'
import type { Offered } from './inspect.ts'
import { offersOf } from './inspect.ts'

/** Each costs a request. */
const MAX_PROOFS = 5
/** Nothing is known of what the repo offers. */
const UNANSWERED: ReadonlySet<ErrorCode> = new Set(['OFFLINE', 'FETCH_FAILED'])

export type DescribedRelease = {
  readonly version: Version
  readonly manifest: ReleasedManifest
  readonly platforms: Readonly<Record<string, ReleaseArtifact>>
}

type Proof = {
  readonly signer: string
  /** What the config calls the key. */
  readonly signerName?: string | undefined
  /** The release that is described. */
  readonly described?: DescribedRelease
  /** Of a registry of OCM: the newest component version and its platforms. */
  readonly component?: string
  /** Newer versions that were passed over: their signer is none that the config allows. */
  readonly notAllowed?: readonly string[]
}

export type Described = Offered &
  Proof & {
    /** Where this is known from: the repo, or the lockfile and the store alone. */
    readonly from: 'repo' | 'lockfile'
    /** Why the repo was not asked. */
    readonly unasked?: CodedError
  }

/** One for each repo that offers it; empty where none does. Throws what keeps all of it from being known. */
export async function describePlugin(
  request: PluginRequest,
  lock: Lockfile | undefined,
  context: ClientContext,
): Promise<readonly Described[]> {
  const offers = await settled(() => offersOf(request, context))
  const locked = lockedFor(request, lock, context)
  if (offers.state === 'done')
    return Promise.all(
      offers.value.map(async (offer) => {
        const own = locked?.repo === offer.repo.name ? locked.version : undefined
        return { ...offer, ...(await proofOf(offer, { request, locked: own }, context)), from: 'repo' as const }
      }),
    )
  if (!locked || !UNANSWERED.has(offers.error.code)) throw offers.error
  return [await fromLockfile(locked, offers.error, context)]
}

function lockedFor({ plugin, repo, range }: PluginRequest, lock: Lockfile | undefined, context: ClientContext) {
  const entries = Object.values(lock?.plugins ?? {}).filter((entry) => entry.plugin === plugin)
  return entries.find(
    (entry) =>
      repoOf(context.config, entry)?.url === entry.url &&
      (repo === undefined || entry.repo === repo) &&
      (range === undefined || satisfies(entry.version, range, true)),
  )
}

/** Proven again from the store; of other versions nothing is known. */
async function fromLockfile(entry: LockedPlugin, unasked: CodedError, context: ClientContext): Promise<Described> {
  const repo = repoOf(context.config, entry) as RepoConfig
  const { manifest, platforms } = await releaseOf(entry, context)
  const whose = { repo: entry.registryRepo, plugin: entry.plugin, serial: Math.max(entry.serial, 1) }
  const document = { ...pluginDocumentHead(whose, manifest), versions: [] }
  return {
    repo,
    document,
    from: 'lockfile',
    unasked,
    ...namedSigner(entry.signer, repo),
    described: { version: entry.version, manifest, platforms },
  }
}

type Wanted = { readonly request: PluginRequest; readonly locked: Version | undefined }

/**
 * Proves the release that is asked for, or the newest stable one that is not blocked; nothing is said about one that is not proven. What
 * is locked lies in the store, so it comes first where nobody may be asked.
 */
async function proofOf(offer: Offered, { request: { range }, locked }: Wanted, context: ClientContext): Promise<Proof> {
  const { repo, document } = offer
  const fitting = newestFirst(document).filter(({ version }) => range === undefined || satisfies(version, range, true))
  const first = context.network.offline ? fitting.filter(({ version }) => version === locked) : []
  const candidates = [...new Set([...first, ...fitting])]
  if (range !== undefined && candidates.length === 0) throw noVersion(offer, range)
  if (repo.trust.kind === 'unsigned') return { signer: 'unsigned' }
  if (isComponentRepo(repo)) return componentProof(repo, document, { candidates, context })
  if (candidates.length === 0) return { signer: 'no release that may be installed' }
  const refusals: { readonly version: string; readonly error: CodedError }[] = []
  for (const { version, bundle } of candidates.slice(0, MAX_PROOFS)) {
    const place = { repo, plugin: document.plugin, version, bundle }
    const proof = await settled(() => proveRelease(place, context))
    if (proof.state === 'done') {
      const { signer, predicate } = proof.value
      const notAllowed = refusals.map((refusal) => refusal.version)
      const { manifest, platforms } = predicate
      return { ...namedSigner(signer, repo), notAllowed, described: { version, manifest, platforms } }
    }
    if (proof.error.code !== 'SIGNER_NOT_ALLOWED') throw proof.error
    refusals.push({ version, error: proof.error })
  }
  throw refusals[0]?.error
}

export function namedSigner(signer: string, { trust }: RepoConfig): Pick<Proof, 'signer' | 'signerName'> {
  const keys = trust.kind === 'unsigned' ? [] : trust.keys
  return { signer, signerName: keys.find(({ id }) => id === signer)?.name }
}

/** Its newest version, as OCM describes none. */
async function componentProof(
  repo: ComponentRepo,
  document: PluginDocument,
  {
    candidates: [newest],
    context,
  }: { readonly candidates: readonly DocumentVersion[]; readonly context: ClientContext },
): Promise<Proof> {
  if (!newest) return { signer: 'no release that may be installed' }
  const { provePlugin } = await import('../sources/component/prove-plugin.ts')
  const place = { repo, plugin: document.plugin, version: newest.version }
  const { proof, files, listed } = await provePlugin(place, context)
  return {
    ...namedSigner(proof.signer, repo),
    component: `${listed.component}:${listed.text}, for ${files.map(({ platform }) => platform).join(', ')}`,
  }
}

/** Versions that may be described: stable before pre-releases, offered before yanked. */
function newestFirst({ versions }: PluginDocument): readonly DocumentVersion[] {
  const served = versions.filter(({ state }) => state !== 'quarantined')
  const offered = served.filter(({ state }) => state === 'active')
  return [...new Set([...offered.filter(({ version }) => !isPrerelease(version)), ...offered, ...served])]
}

function noVersion({ repo, document }: Offered, range: string): Error {
  const name = `${repo.name}/${document.plugin}`
  const blocked = document.versions.find(
    ({ version, state }) => state === 'quarantined' && satisfies(version, range, true),
  )
  if (blocked)
    return coded('VERSION_QUARANTINED', {
      message: `${quote(`${name}@${blocked.version}`)} is blocked by its registry${blocked.reason ? `: ${blocked.reason}` : ''}`,
      details: { plugin: name, version: blocked.version },
      hint: `\`octo info ${document.plugin}\` shows the others`,
    })
  const existing = document.versions.slice(0, 10).map(({ version }) => version)
  return coded('VERSION_NOT_FOUND', {
    message: `${quote(name)} has no version that fits ${quote(range)}, it has ${existing.map(quote).join(', ') || 'none at all'}`,
    details: { plugin: name, range, versions: existing },
    hint: `\`octo info ${document.plugin}\` lists its versions`,
  })
}
