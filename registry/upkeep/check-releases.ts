// Compares the row of each release with the statement that its publisher signed. Whoever can write to the database can give a changed row
// its digest anew; a signature they cannot make, so what a row says of bytes and platforms is believed only where the bundle says it.
import { buffer } from 'node:stream/consumers'
import type { Digest } from '../../schemas/digest.ts'
import { digestOf } from '../../schemas/digest.ts'
import { isCoded, throwDefect } from '../../schemas/errors.ts'
import { stableJson } from '../../schemas/json.ts'
import { LIMITS } from '../../schemas/limits.ts'
import type { Name } from '../../schemas/name.ts'
import { releaseName } from '../../schemas/release-name.ts'
import { decodeText } from '../../schemas/text.ts'
import type { TrustKey } from '../../schemas/trust-key.ts'
import type { VerifiedRelease } from '../../trust/release/verify-release.ts'
import { verifyRelease } from '../../trust/release/verify-release.ts'
import type { RegistryDeps } from '../context.ts'
import type { Release } from '../db/records.ts'
import type { ScrubbedRelease } from '../db/store.ts'
import { artifactsOf } from '../publish/seal-release.ts'
import { isSoundKey } from './sound-key.ts'

type Deps = Pick<RegistryDeps, 'metadata' | 'blobs' | 'clock'>

/** Says in what a release differs from its statement; undefined when in nothing, or where its bundle cannot be read, which is told of blobs. */
export function createReleaseCheck(deps: Deps): (scrubbed: ScrubbedRelease) => Promise<string | undefined> {
  const keyrings = new Map<Name, Promise<TrustKey[]>>()
  const keyringOf = (repo: Name) => {
    const known = keyrings.get(repo) ?? readKeyring(deps, repo)
    keyrings.set(repo, known)
    return known
  }
  return async ({ release, artifacts }) => {
    const bytes = await readBundle(deps, release.bundleDigest)
    if (!bytes || digestOf(bytes) !== release.bundleDigest) return undefined
    const signed = prove(bytes, { release, keyring: await keyringOf(release.repo), at: deps.clock() })
    if (typeof signed === 'string') return `its bundle does not prove it: ${signed}`
    const { signer, predicate } = signed
    const isSame =
      stableJson([signer, bytes.length, predicate]) ===
        stableJson([release.signer, release.bundleSize, release.predicate]) &&
      stableJson(inOrder(artifactsOf(signed))) === stableJson(inOrder(artifacts))
    return isSame ? undefined : 'its row says something else than what its publisher signed'
  }
}

/** Who was admitted then may have been revoked since, or run out: what they signed before stays. */
async function readKeyring({ metadata }: Deps, repo: Name): Promise<TrustKey[]> {
  return (await metadata.repos.keys(repo)).filter(isSoundKey).map(({ id, kind, pem }) => ({ id, kind, pem }))
}

async function readBundle({ blobs }: Deps, digest: Digest): Promise<Buffer | undefined> {
  try {
    return await buffer(blobs.open(digest, { start: 0, end: LIMITS.bundleBytes }))
  } catch (error) {
    if (isCoded(error, 'DATA_DIR_CORRUPT') || isCoded(error, 'IO_FAILED')) return undefined
    throw error
  }
}

type Claim = { readonly release: Release; readonly keyring: readonly TrustKey[]; readonly at: number }

/** What was signed, or why nothing was. */
function prove(bytes: Buffer, { release, keyring, at }: Claim): VerifiedRelease | string {
  const { repo, plugin, version } = release
  const source = releaseName({ repo, plugin, version })
  try {
    const bundle = decodeText(bytes, 'the bundle')
    return verifyRelease({ bundle, keyring, expected: { repo, plugin, version }, at, source })
  } catch (error) {
    throwDefect(error)
    return error.message
  }
}

function inOrder<Item extends { readonly platform: string }>(items: readonly Item[]): Item[] {
  return [...items].sort((left, right) => (left.platform < right.platform ? -1 : 1))
}
