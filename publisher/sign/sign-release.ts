// Predicate → in-toto statement → DSSE → Sigstore v0.3 bundle, proven with the clients' own rules before anyone sees it.
import { sign } from 'node:crypto'
import { join } from 'node:path'
import { bundleToJSON } from '@sigstore/bundle'
// The package's front loads its network signers too, which takes five times as long as the command needs to start.
import { DSSEBundleBuilder } from '@sigstore/sign/dist/bundler/dsse.js'
import { isCoded } from '../../schemas/errors.ts'
import { stableJson } from '../../schemas/json.ts'
import { LIMITS } from '../../schemas/limits.ts'
import type { ReleasePredicate } from '../../schemas/release-statement.ts'
import { PAYLOAD_TYPE, renderReleaseStatement } from '../../schemas/release-statement.ts'
import { decodeText } from '../../schemas/text.ts'
import { hintOf } from '../../schemas/trust-key.ts'
import { BUNDLE_FILE } from '../../static-tree/paths.ts'
import { isErrno } from '../../system/errno.ts'
import { replaceFile } from '../../system/files/atomic-file.ts'
import { readPlainFile } from '../../system/files/read-plain-file.ts'
import type { VerifiedRelease } from '../../trust/release/verify-release.ts'
import { verifyRelease } from '../../trust/release/verify-release.ts'
import type { SigningKey } from './read-key.ts'

type SignedRelease = {
  readonly release: VerifiedRelease
  /** Text of release.sigstore.json. */
  readonly bundle: string
  /** The bundle was there already and is as good as a new one. */
  readonly reused: boolean
}

/**
 * Signs into `out`. ECDSA signatures differ each time, so a bundle of the very same release by the same key is kept: an
 * interrupted publish can then go on with the same digests.
 */
export async function signRelease(out: string, predicate: ReleasePredicate, key: SigningKey): Promise<SignedRelease> {
  const path = join(out, BUNDLE_FILE)
  const kept = await readSigned(path, predicate, key)
  if (kept) return { ...kept, reused: true }
  const bundle = await signPredicate(predicate, key)
  const release = proven(bundle, predicate, key, path)
  await replaceFile(path, bundle)
  return { release, bundle, reused: false }
}

async function signPredicate(predicate: ReleasePredicate, { privateKey, trustKey }: SigningKey): Promise<string> {
  const algorithm = trustKey.kind === 'ed25519' ? null : 'sha256'
  const key = { $case: 'publicKey' as const, publicKey: trustKey.pem, hint: hintOf(trustKey.id) }
  const signer = { sign: async (data: Buffer) => ({ signature: sign(algorithm, data, privateKey), key }) }
  const data = Buffer.from(JSON.stringify(renderReleaseStatement(predicate)))
  const bundle = await new DSSEBundleBuilder({ signer, witnesses: [] }).create({ data, type: PAYLOAD_TYPE })
  // The hint names the key. cosign expects an SSH fingerprint in an envelope's key id and passes over any other.
  for (const signature of bundle.content.dsseEnvelope.signatures) signature.keyid = ''
  return `${JSON.stringify(bundleToJSON(bundle))}\n`
}

function proven(bundle: string, predicate: ReleasePredicate, { trustKey }: SigningKey, source: string) {
  return verifyRelease({ bundle, keyring: [trustKey], expected: predicate, at: Date.now(), source })
}

async function readSigned(path: string, predicate: ReleasePredicate, key: SigningKey) {
  try {
    const bundle = decodeText(readPlainFile(path, LIMITS.bundleBytes), path)
    const release = proven(bundle, predicate, key, path)
    return stableJson(release.predicate) === stableJson(predicate) ? { release, bundle } : undefined
  } catch (error) {
    if (isCoded(error) || isErrno(error, 'ENOENT')) return undefined
    throw error
  }
}
