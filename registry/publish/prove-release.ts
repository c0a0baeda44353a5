// The proof at ingest, with the same code that clients run: the statement is signed by a key of the repo and about this
// release, it describes exactly what the session announced, and every artifact is what it is said to be.
import { buffer } from 'node:stream/consumers'
import type { OpenSessionRequest } from '../../schemas/api.ts'
import type { Digest } from '../../schemas/digest.ts'
import { digestOf } from '../../schemas/digest.ts'
import { coded } from '../../schemas/errors.ts'
import { stableJson } from '../../schemas/json.ts'
import { LIMITS } from '../../schemas/limits.ts'
import type { Name } from '../../schemas/name.ts'
import { quote } from '../../schemas/quote.ts'
import { releaseName } from '../../schemas/release-name.ts'
import type { ReleaseArtifact, ReleasePredicate } from '../../schemas/release-statement.ts'
import { decodeText } from '../../schemas/text.ts'
import type { TrustKey } from '../../schemas/trust-key.ts'
import { verifyForPublisher } from '../../trust/release/verify-for-publisher.ts'
import type { VerifiedRelease } from '../../trust/release/verify-release.ts'
import type { RegistryServices } from '../context.ts'
import type { Session } from '../db/records.ts'
import type { MetadataStore } from '../db/store.ts'
import { keyringOf } from './keyring.ts'

type Proof = {
  readonly session: Session
  /** The token for which time is spent. */
  readonly owner: string
  readonly signal: AbortSignal
}

/** Throws what the proof throws, or STATEMENT_MISMATCH when announcement and statement differ. Blobs must be live. */
export async function proveRelease(services: RegistryServices, proof: Proof): Promise<VerifiedRelease> {
  const { session, owner, signal } = proof
  const { blobs, metadata, inspections } = services
  const { repo, request } = session
  const end = Math.min(request.bundle.size, LIMITS.bundleBytes)
  const bytes = await buffer(blobs.open(request.bundle.digest, { start: 0, end }))
  const keyring = await requireKeyring(metadata, repo)
  // Before anything is said of them: what a disk did to them may pass.
  requireSameBundle(digestOf(bytes), session)
  const asked = { owner, session: session.id, signal }
  const release = await inspections.read(digestOf(stableJson(request)), asked, () =>
    readRelease(bytes, { session, keyring, at: services.clock() }),
  )
  await inspections.inspect(release.predicate.platforms, asked)
  return release
}

type Reading = { readonly session: Session; readonly keyring: readonly TrustKey[]; readonly at: number }

/** What was signed, as it was announced. A megabyte of JSON takes the thread for longer than most requests do. */
function readRelease(bytes: Buffer, { session, keyring, at }: Reading): VerifiedRelease {
  const { repo, plugin, version, request } = session
  const expected = { repo, plugin, version }
  const claim = { bundle: readBundle(bytes), keyring, expected, at, source: releaseName({ repo, plugin, version }) }
  const release = verifyForPublisher(claim, signerHint(repo), revokedHint(repo))
  requireSameBundle(release.bundleDigest, session)
  requireAnnounced(release.predicate, request)
  return release
}

/** Nobody pins keys here: either another key signs, or the repo admits this one. */
function signerHint(repo: Name): string {
  const admit = `octo registry repo key add ${repo} FILE --data DIR`
  return `sign with a key that the repo admits, or let the registry’s owner admit this one: \`${admit}\``
}

/** A key that was taken back is never admitted again. */
function revokedHint(repo: Name): string {
  const admit = `octo registry repo key add ${repo} FILE --data DIR`
  return `sign with another key: \`octo keygen\` makes one, and the registry’s owner admits it: \`${admit}\``
}

/** Text that does not give its own bytes back would get another digest at every client, and never be found again. */
function readBundle(bytes: Buffer): string {
  try {
    return decodeText(bytes, 'the bundle')
  } catch (cause) {
    throw coded('BUNDLE_MALFORMED', { message: 'the bundle is not UTF-8', cause })
  }
}

function requireSameBundle(found: Digest, { request: { bundle } }: Session): void {
  if (found === bundle.digest) return
  throw coded('BUNDLE_MALFORMED', {
    message: `the bundle is another one than announced, expected \`${bundle.digest}\`, found \`${found}\``,
    details: { expected: bundle.digest, found },
  })
}

async function requireKeyring({ repos }: MetadataStore, repo: Name): Promise<readonly TrustKey[]> {
  const keys = keyringOf(await repos.keys(repo))
  if (keys.length > 0) return keys
  throw coded('KEYRING_EMPTY', {
    message: `repo ${quote(repo)} admits no key yet, so nothing can be published in it`,
    details: { repo },
    hint: (data) => `its owner admits one: \`octo registry repo key add ${repo} FILE --data ${data}\``,
  })
}

function requireAnnounced(predicate: ReleasePredicate, { artifacts }: OpenSessionRequest): void {
  const stated = new Map<string, ReleaseArtifact>(Object.entries(predicate.platforms))
  const agree = ({ platform, file, digest, size }: OpenSessionRequest['artifacts'][number]) => {
    const artifact = stated.get(platform)
    return artifact?.file === file && artifact.digest === digest && artifact.size === size
  }
  const odd = artifacts.filter((artifact) => !agree(artifact)).map(({ platform }) => platform as string)
  const missing = [...stated.keys()].filter((key) => !artifacts.some(({ platform }) => platform === key))
  const [first] = [...odd, ...missing]
  if (first === undefined) return
  throw coded('STATEMENT_MISMATCH', {
    message: `the signed statement and the announced artifacts differ for ${quote(first)}`,
    details: { platforms: [...odd, ...missing] },
    hint: 'announce exactly the files, digests and sizes that were signed',
  })
}
