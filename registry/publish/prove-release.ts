// The proof at ingest, with the same code that clients run: the statement is signed by a key of the repo and about this
// release, it describes exactly what the session announced, and every artifact is what it is said to be.
import { buffer } from 'node:stream/consumers'
import type { OpenSessionRequest } from '../../schemas/api.ts'
import { coded } from '../../schemas/errors.ts'
import { LIMITS } from '../../schemas/limits.ts'
import type { Name } from '../../schemas/name.ts'
import { quote } from '../../schemas/quote.ts'
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
  const { blobs, metadata, clock } = services
  const { repo, plugin, version, request } = session
  const end = Math.min(request.bundle.size, LIMITS.bundleBytes)
  const bundle = await buffer(blobs.open(request.bundle.digest, { start: 0, end }))
  const claim = {
    bundle: readBundle(bundle),
    keyring: await requireKeyring(metadata, repo),
    expected: { repo, plugin, version },
    at: clock(),
    source: `${repo}/${plugin}@${version}`,
  }
  const release = verifyForPublisher(claim, signerHint(repo), revokedHint(repo))
  requireSameBundle(release, session)
  requireAnnounced(release.predicate, request)
  await services.inspections.inspect(release.predicate.platforms, { owner, session: session.id, signal })
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

function requireSameBundle({ bundleDigest }: VerifiedRelease, { request }: Session): void {
  if (bundleDigest === request.bundle.digest) return
  throw coded('BUNDLE_MALFORMED', {
    message: `the bundle is another one than announced, expected \`${request.bundle.digest}\`, found \`${bundleDigest}\``,
    details: { expected: request.bundle.digest, found: bundleDigest },
  })
}

async function requireKeyring({ repos }: MetadataStore, repo: Name): Promise<readonly TrustKey[]> {
  const keys = keyringOf(await repos.keys(repo))
  if (keys.length > 0) return keys
  throw coded('KEYRING_EMPTY', {
    message: `repo ${quote(repo)} admits no key yet, so nothing can be published in it`,
    details: { repo },
    hint: `its owner admits one: \`octo registry repo key add ${repo} FILE --data DIR\``,
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
