// A Sigstore bundle of a file as `cosign sign-blob --key KEY --tlog-upload=false --bundle …` writes it.
import { createHash, sign } from 'node:crypto'
import { hintOf } from '../../../schemas/trust-key.ts'
import type { SigningKey } from './test-authority.ts'

export function blobBundle(bytes: Uint8Array | string, { privateKey, trustKey }: SigningKey) {
  const content = Buffer.from(bytes)
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: hintOf(trustKey.id) } },
    messageSignature: {
      messageDigest: { algorithm: 'SHA2_256', digest: createHash('sha256').update(content).digest('base64') },
      signature: sign(trustKey.kind === 'ed25519' ? null : 'sha256', content, privateKey).toString('base64'),
    },
  }
}
