// One Sigstore v0.3 bundle: its shape, checked strictly, and its proven payload. @sigstore/verify ignores unknown fields,
// other media types and the payload type, so all of that is refused here before the library sees the bundle.

import type { Bundle } from '@sigstore/bundle'
import { toSignedEntity, toTrustMaterial, VerificationError, Verifier } from '@sigstore/verify'
import { z } from 'zod'
import { coded, isCoded } from '../../schemas/errors.ts'
import { parseJson } from '../../schemas/json.ts'
import { LIMITS } from '../../schemas/limits.ts'
import { quote } from '../../schemas/quote.ts'
import { BUNDLE_MEDIA_TYPE, PAYLOAD_TYPE } from '../../schemas/release-statement.ts'
import { parseShape } from '../../schemas/shape.ts'
import type { AdmittedKey } from './keyring.ts'

/** The one spelling of the bytes: others decode to the same, and a bundle would have many digests. */
export const base64 = z
  .base64()
  .min(1)
  .refine((text) => Buffer.from(text, 'base64').toString('base64') === text, 'expected canonical base64')

export const materialShape = z.strictObject({
  // Certificates come with keyless signing; until then only a named key proves anything.
  publicKey: z.strictObject({ hint: z.string().min(1).max(256) }),
  tlogEntries: z.array(z.unknown()).max(0, 'log entries are not accepted').optional(),
  timestampVerificationData: z
    .strictObject({ rfc3161Timestamps: z.array(z.unknown()).max(0, 'timestamps are not accepted').optional() })
    .optional(),
})

const bundleShape = z.strictObject({
  mediaType: z.literal(BUNDLE_MEDIA_TYPE),
  verificationMaterial: materialShape,
  dsseEnvelope: z.strictObject({
    payload: base64,
    payloadType: z.literal(PAYLOAD_TYPE),
    signatures: z.tuple([z.strictObject({ sig: base64, keyid: z.string().max(256).optional() })]),
  }),
})

type UnverifiedBundle = z.output<typeof bundleShape>

/** Reads a bundle's shape; throws BUNDLE_MALFORMED. Nothing is proven yet. */
export function parseBundle(text: string, source: string): UnverifiedBundle {
  try {
    const json = parseJson(text, source, LIMITS.bundleBytes)
    return parseShape(bundleShape, json, { name: source }, 'BUNDLE_MALFORMED')
  } catch (error) {
    throw isCoded(error, 'BUNDLE_MALFORMED') ? error : malformed(source, error)
  }
}

/** Returns the signed bytes; throws SIGNATURE_INVALID. */
export function verifyPayload(bundle: UnverifiedBundle, key: AdmittedKey, source: string): Buffer {
  const sealed = sealedIn(bundle)
  verifySealed(sealed, key, { source })
  return sealed.content.dsseEnvelope.payload
}

type Sealed = { readonly source: string; readonly artifact?: Buffer }

/** Throws SIGNATURE_INVALID where the bundle is not signed by the key, over the artifact where it signs one. */
export function verifySealed(sealed: Bundle, key: AdmittedKey, { source, artifact }: Sealed): void {
  try {
    // The window was judged by admitKey: without timestamps in the bundle the library would never ask.
    const material = toTrustMaterial(NO_AUTHORITIES, () => ({ publicKey: key.publicKey, validFor: () => true }))
    const verifier = new Verifier(material, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 })
    verifier.verify(toSignedEntity(sealed, artifact))
  } catch (error) {
    throw coded('SIGNATURE_INVALID', {
      message: `${quote(source)} is not signed by key \`${key.id}\` as it claims`,
      details: { source, key: key.id, ...(error instanceof VerificationError ? { reason: error.code } : {}) },
      cause: error,
    })
  }
}

const NO_AUTHORITIES = {
  mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
  tlogs: [],
  ctlogs: [],
  certificateAuthorities: [],
  timestampAuthorities: [],
}

/** The bundle as the library takes it, from the shape and not from the text: there is one reading of it. */
function sealedIn({ mediaType, verificationMaterial, dsseEnvelope }: UnverifiedBundle) {
  const bytes = (text: string) => Buffer.from(text, 'base64')
  const [{ sig, keyid = '' }] = dsseEnvelope.signatures
  const { payload, payloadType } = dsseEnvelope
  return {
    mediaType,
    verificationMaterial: {
      content: { $case: 'publicKey', publicKey: verificationMaterial.publicKey },
      tlogEntries: [],
      timestampVerificationData: undefined,
    },
    content: {
      $case: 'dsseEnvelope',
      dsseEnvelope: { payload: bytes(payload), payloadType, signatures: [{ sig: bytes(sig), keyid }] },
    },
  } satisfies Bundle
}

function malformed(source: string, cause: unknown): Error {
  return coded('BUNDLE_MALFORMED', {
    message: `${quote(source)} is not a Sigstore v0.3 bundle with one signed statement and a named key`,
    details: { source },
    hint: '`octo publish` writes bundles of this form',
    cause,
  })
}
