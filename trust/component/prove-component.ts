// Is this component version what somebody is trusted for? By a signature of OCM with a pinned key, by its digest in the config, or by
// the digest with which a list that is proven itself refers to it. Answers: a registry that serves what nobody vouched for.
import { createHash, createPublicKey, constants as crypto, verify } from 'node:crypto'
import type { Descriptor, OcmDigest, OcmSignature } from '../../schemas/component/descriptor.ts'
import { NORMALISATIONS, normalised } from '../../schemas/component/normalised.ts'
import type { Digest } from '../../schemas/digest.ts'
import { digestOf } from '../../schemas/digest.ts'
import { coded } from '../../schemas/errors.ts'
import { ownValue } from '../../schemas/own-value.ts'
import { quote } from '../../schemas/quote.ts'
import type { ComponentKey } from '../../schemas/trust-key.ts'
import { hintOf } from '../../schemas/trust-key.ts'
import type { Admission, SeenAt } from '../release/keyring.ts'
import { admitKey } from '../release/keyring.ts'

type ComponentSigner = Digest | 'pinned'

type ComponentTrust = {
  readonly keys: readonly ComponentKey[]
  /** Of the normalised descriptor. */
  readonly digests: readonly Digest[]
}

export type ComponentProof = { readonly signer: ComponentSigner; readonly admission: Admission }

type Claim = {
  readonly descriptor: Descriptor
  readonly trust: ComponentTrust
  /** When a signature by that key is judged. */
  readonly at: (signer: Digest) => SeenAt
  /** What a proven list says of it. */
  readonly listed?: { readonly digest: OcmDigest | undefined; readonly proof: ComponentProof } | undefined
}

/** Throws SIGNATURE_MISSING, SIGNATURE_INVALID, SIGNER_NOT_ALLOWED, KEYRING_EMPTY or DIGEST_MISMATCH. */
export function proveComponent({ descriptor, trust, at, listed }: Claim): ComponentProof {
  const text = normalised(descriptor)
  const subject = `${descriptor.component.name}:${descriptor.component.version}`
  if (listed?.digest && isGiven(listed.digest)) requireListed(listed.digest, text, subject)
  if (trust.digests.includes(digestOf(text))) return { signer: 'pinned', admission: 'window' }
  const signed = admitSigner(descriptor, text, { trust, subject, at })
  if ('signer' in signed) return signed
  if (listed?.digest && isGiven(listed.digest)) return listed.proof
  throw signed.refusal ?? unproven(descriptor, { text, subject, trust, isListed: listed !== undefined })
}

function isGiven({ value }: OcmDigest): boolean {
  return value !== ''
}

/** Whoever vouches for a list vouches for what it says of its members. */
function requireListed(digest: OcmDigest, text: string, subject: string): void {
  if (isDigestOf(digest, text)) return
  throw coded('DIGEST_MISMATCH', {
    message: `${quote(subject)} is not what the list of its registry refers to, expected \`${digest.hashAlgorithm}\` ${quote(digest.value)} by ${quote(digest.normalisationAlgorithm)}, found \`${digestOf(text)}\``,
    details: { subject, expected: digest.value, found: digestOf(text) },
    hint: 'it was published anew after it was listed, or somebody changed it: ask the registry’s owner',
  })
}

const HASHES: Readonly<Record<string, string>> = { 'SHA-256': 'sha256', 'SHA-512': 'sha512' }

function isDigestOf({ hashAlgorithm, normalisationAlgorithm, value }: OcmDigest, text: string): boolean {
  const hash = ownValue(HASHES, hashAlgorithm.toUpperCase())
  if (hash === undefined || !NORMALISATIONS.includes(normalisationAlgorithm)) return false
  return createHash(hash).update(text).digest('hex') === value.toLowerCase()
}

type Signing = { readonly trust: ComponentTrust; readonly subject: string }

/** Of several signatures one by a key that counts is enough; `refusal` is why one that is pinned does not count. */
function admitSigner(
  { signatures }: Descriptor,
  text: string,
  { trust, subject, at }: Signing & Pick<Claim, 'at'>,
): ComponentProof | { readonly refusal?: unknown } {
  const signers = trust.keys.filter((key) => signatures?.some((signature) => isSignedBy(key, signature, text)))
  let refusal: unknown
  for (const { id } of signers)
    try {
      const { admission } = admitKey(trust.keys, hintOf(id), at(id), subject)
      return { signer: id, admission }
    } catch (error) {
      refusal = error
    }
  return { refusal }
}

const PADDINGS: Readonly<Record<string, number>> = {
  'application/vnd.ocm.signature.rsa.pss': crypto.RSA_PKCS1_PSS_PADDING,
  'application/vnd.ocm.signature.rsa': crypto.RSA_PKCS1_PADDING,
}

/** Over the text itself: what a signature says of a digest of it is not asked. */
function isSignedBy({ pem }: ComponentKey, { digest, signature }: OcmSignature, text: string): boolean {
  const padding = ownValue(PADDINGS, signature.mediaType)
  const hash = ownValue(HASHES, digest.hashAlgorithm.toUpperCase())
  if (padding === undefined || hash === undefined || !/^(?:[0-9a-f]{2}){128,2048}$/i.test(signature.value)) return false
  const key = { key: createPublicKey(pem), padding, saltLength: crypto.RSA_PSS_SALTLEN_AUTO }
  return verify(hash, Buffer.from(text), key, Buffer.from(signature.value, 'hex'))
}

type Unproven = Signing & { readonly text: string; readonly isListed: boolean }

/** With what to pin: whoever knows that it is the right one may write it down. */
function unproven({ signatures }: Descriptor, { text, subject, trust, isListed }: Unproven): Error {
  const digest = digestOf(text)
  const [code, found] = stateOfSignatures(signatures ?? [], text)
  const all = [...trust.digests, digest].join(', ')
  const lacking = isListed ? ', and the list of its registry says no digest of it' : ''
  return coded(code, {
    message: `nothing proves ${quote(subject)}: it ${found}, its digest \`${digest}\` is none of the \`digests\` of the config${lacking}`,
    details: { subject, digest, pinned: trust.keys.map(({ id }) => id), digests: trust.digests },
    hint: `pin the key of its publisher below \`keys\` of the repo, or, if you know that this is the right one, write \`digests: [${all}]\` there`,
  })
}

function stateOfSignatures(signatures: readonly OcmSignature[], text: string) {
  const namesOf = (some: readonly OcmSignature[]) => some.map(({ name }) => quote(name)).join(' and ')
  const changed = signatures.filter(
    ({ digest }) => NORMALISATIONS.includes(digest.normalisationAlgorithm) && !isDigestOf(digest, text),
  )
  if (signatures.length === 0) return ['SIGNATURE_MISSING', 'has no signature'] as const
  if (changed.length > 0) return ['SIGNATURE_INVALID', `is not what was signed as ${namesOf(changed)}`] as const
  return [
    'SIGNER_NOT_ALLOWED',
    `is signed as ${namesOf(signatures)}, and not with RSA by a key that is pinned`,
  ] as const
}
