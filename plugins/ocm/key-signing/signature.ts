// A signature over the digest of a component version: over all of the digest in its canonical form, in the envelope of DSSE with a
// type of its own, so that no signature of a release of octo is one of a component version, nor the other way around.
import { createPublicKey, sign, verify } from 'node:crypto'
import type { TrustKey } from '../../../sdk/keys.ts'
import type { SigningKey } from './read-keys.ts'

type Digest = { readonly hashAlgorithm: string; readonly normalisationAlgorithm: string; readonly value: string }
type Signature = { readonly algorithm: string; readonly value: string; readonly issuer?: string | undefined }

export const MEDIA_TYPE = 'application/vnd.octo.component-signature.v1'
const PAYLOAD_TYPE = 'application/vnd.octo.component-digest+json'

const ALGORITHMS: Readonly<Record<TrustKey['kind'], { readonly name: string; readonly hash: string | null }>> = {
  ed25519: { name: 'Ed25519', hash: null },
  'ecdsa-p256': { name: 'ECDSA-P256-SHA256', hash: 'sha256' },
}

export function signDigest(digest: Digest, { privateKey, publicKey: { id, kind } }: SigningKey) {
  const { name, hash } = ALGORITHMS[kind]
  const value = sign(hash, signedBytes(digest), privateKey).toString('base64')
  return { algorithm: name, value, mediaType: MEDIA_TYPE, issuer: id }
}

/** What the signature says of itself decides nothing: the key says which algorithm counts. */
export function verifyDigest(digest: Digest, { algorithm, value }: Signature, { kind, pem }: TrustKey): boolean {
  const { name, hash } = ALGORITHMS[kind]
  if (algorithm !== name) return false
  const bytes = Buffer.from(value, 'base64')
  // Another spelling of the same bytes would be another signature of the same thing.
  return bytes.toString('base64') === value && verify(hash, signedBytes(digest), createPublicKey(pem), bytes)
}

/** Keys in the order of the alphabet, without blanks: the canonical form of these three texts. */
function signedBytes({ hashAlgorithm, normalisationAlgorithm, value }: Digest): Buffer {
  const payload = JSON.stringify({ hashAlgorithm, normalisationAlgorithm, value })
  const [typeLength, length] = [PAYLOAD_TYPE, payload].map((text) => Buffer.byteLength(text))
  return Buffer.from(`DSSEv1 ${typeLength} ${PAYLOAD_TYPE} ${length} ${payload}`)
}
