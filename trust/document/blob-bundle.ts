// Sigstore v0.3 bundles that sign the bytes of a document, as `cosign sign-blob --key` writes them without a log.
import { createHash, verify } from 'node:crypto'
import type { Bundle } from '@sigstore/bundle'
import { HashAlgorithm } from '@sigstore/protobuf-specs'
import { z } from 'zod'
import { coded, isCoded } from '../../schemas/errors.ts'
import { parseJson } from '../../schemas/json.ts'
import { LIMITS } from '../../schemas/limits.ts'
import { quote } from '../../schemas/quote.ts'
import { BUNDLE_MEDIA_TYPE } from '../../schemas/release-statement.ts'
import { parseShape } from '../../schemas/shape.ts'
import type { TrustKey } from '../../schemas/trust-key.ts'
import { base64, materialShape, verifySealed } from '../release/bundle.ts'
import type { AdmittedKey } from '../release/keyring.ts'
import { admitKey } from '../release/keyring.ts'

const shape = z.strictObject({
  mediaType: z.literal(BUNDLE_MEDIA_TYPE),
  verificationMaterial: materialShape,
  messageSignature: z.strictObject({
    messageDigest: z.strictObject({ algorithm: z.literal('SHA2_256'), digest: base64 }),
    signature: base64,
  }),
})

type BlobClaim = {
  /** Text of the bundle. */
  readonly bundle: string
  /** The signed bytes. */
  readonly bytes: Uint8Array
  readonly keys: readonly TrustKey[]
  readonly now: number
  readonly source: string
  readonly document: string
}

/** The id of the key. Throws BUNDLE_MALFORMED, SIGNER_NOT_ALLOWED or SIGNATURE_INVALID. */
export function verifyBlobBundle({ bundle, bytes, keys, now, source, document }: BlobClaim): string {
  const { verificationMaterial, messageSignature } = parsed(bundle, source)
  const key = admitKey(keys, verificationMaterial.publicKey.hint, now, source)
  const digest = createHash('sha256').update(bytes).digest()
  if (messageSignature.messageDigest.digest !== digest.toString('base64'))
    throw coded('SIGNATURE_INVALID', {
      message: `${quote(source)} signs other bytes than those of ${quote(document)}`,
      details: { source, document, key: key.id },
      hint: 'ask whoever publishes the document: one of the two files was changed, or they were not published together',
    })
  const signature = Buffer.from(messageSignature.signature, 'base64')
  // The library hashes first whatever the key is, which Ed25519 does by itself.
  if (key.publicKey.asymmetricKeyType === 'ed25519') requireEd25519(signature, key, { bytes, source })
  else
    verifySealed(sealedIn(verificationMaterial.publicKey, { signature, digest }), key, {
      source,
      artifact: Buffer.from(bytes),
    })
  return key.id
}

function requireEd25519(
  signature: Buffer,
  key: AdmittedKey,
  { bytes, source }: Pick<BlobClaim, 'bytes' | 'source'>,
): void {
  if (verify(null, bytes, key.publicKey, signature)) return
  throw coded('SIGNATURE_INVALID', {
    message: `${quote(source)} is not signed by key \`${key.id}\` as it claims`,
    details: { source, key: key.id },
  })
}

function sealedIn(
  publicKey: { readonly hint: string },
  signed: { readonly signature: Buffer; readonly digest: Buffer },
) {
  return {
    mediaType: BUNDLE_MEDIA_TYPE,
    verificationMaterial: {
      content: { $case: 'publicKey', publicKey },
      tlogEntries: [],
      timestampVerificationData: undefined,
    },
    content: {
      $case: 'messageSignature',
      messageSignature: {
        messageDigest: { algorithm: HashAlgorithm.SHA2_256, digest: signed.digest },
        signature: signed.signature,
      },
    },
  } satisfies Bundle
}

function parsed(text: string, source: string) {
  try {
    return parseShape(shape, parseJson(text, source, LIMITS.bundleBytes), { name: source }, 'BUNDLE_MALFORMED')
  } catch (error) {
    throw coded('BUNDLE_MALFORMED', {
      message: `${quote(source)} is not a Sigstore v0.3 bundle that signs a file with a named key`,
      details: { source },
      hint: 'whoever publishes the document makes one by `cosign sign-blob --key KEY --tlog-upload=false --bundle FILE.sigstore.json FILE`',
      cause: isCoded(error, 'BUNDLE_MALFORMED') ? (error.cause ?? error) : error,
    })
  }
}
