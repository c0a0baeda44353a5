// The proof at ingest, with the same code that clients run: the statement is signed by a key of the repo and about this
// release, it describes exactly what the session announced, and every artifact is what it is said to be.

import type { VerifiedRelease } from '../../client/verify/verify-release.ts'
import { verifyRelease } from '../../client/verify/verify-release.ts'
import type { OpenSessionRequest } from '../../schemas/api.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import { LIMITS } from '../../schemas/limits.ts'
import type { Name } from '../../schemas/name.ts'
import { quote } from '../../schemas/quote.ts'
import type { ReleaseArtifact, ReleasePredicate } from '../../schemas/release-statement.ts'
import { decodeText } from '../../schemas/text.ts'
import type { TrustKey } from '../../schemas/trust-key.ts'
import type { Db } from '../db/open.ts'
import { readKeyring } from '../db/repos.ts'
import type { SessionRow } from '../db/sessions.ts'
import type { RegistryServices } from '../services.ts'

export type Proof = {
  readonly session: SessionRow
  /** The token for which time is spent. */
  readonly owner: string
  readonly signal: AbortSignal
}

/** Throws what the proof throws, or STATEMENT_MISMATCH when announcement and statement differ. Blobs must be live. */
export async function proveRelease(services: RegistryServices, proof: Proof): Promise<VerifiedRelease> {
  const { session } = proof
  const { blobs, db, clock } = services
  const { repo, plugin, version, request } = session
  const bundle = await blobs.head(request.bundle.digest, Math.min(request.bundle.size, LIMITS.bundleBytes))
  const release = verifyForPublisher({
    bundle: readBundle(bundle),
    keyring: requireKeyring(db, repo),
    expected: { repo, plugin, version },
    at: clock(),
    source: `${repo}/${plugin}@${version}`,
  })
  requireSameBundle(release, session)
  requireAnnounced(release.predicate, request)
  await services.inspections.inspect(release.predicate.platforms, proof)
  return release
}

/** The proof of clients, with the advice that a publisher needs: nobody pins keys here. */
function verifyForPublisher(release: Parameters<typeof verifyRelease>[0]): VerifiedRelease {
  try {
    return verifyRelease(release)
  } catch (error) {
    if (!isCoded(error, 'SIGNER_NOT_ALLOWED')) throw error
    const { code, message, details } = error
    const admit = `octo registry repo key add ${release.expected.repo} FILE --data DIR`
    const hint = `sign with a key that the repo admits, or let the registry’s owner admit this one: \`${admit}\``
    throw coded(code, { message, details, hint, cause: error })
  }
}

/** Text that does not give its own bytes back would get another digest at every client, and never be found again. */
function readBundle(bytes: Buffer): string {
  try {
    return decodeText(bytes, 'the bundle')
  } catch (cause) {
    throw coded('BUNDLE_MALFORMED', { message: 'the bundle is not UTF-8', cause })
  }
}

function requireSameBundle({ bundleDigest }: VerifiedRelease, { request }: SessionRow): void {
  if (bundleDigest === request.bundle.digest) return
  throw coded('BUNDLE_MALFORMED', {
    message: `the bundle is another one than announced, expected \`${request.bundle.digest}\`, found \`${bundleDigest}\``,
    details: { expected: request.bundle.digest, found: bundleDigest },
  })
}

function requireKeyring(db: Db, repo: Name): readonly TrustKey[] {
  const keys = readKeyring(db, repo)
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
