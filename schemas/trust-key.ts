// Publisher keys that a repo's config pins, and that a registry admits: SPKI public keys with a validity window.
import type { KeyObject } from 'node:crypto'
import { createHash, createPublicKey } from 'node:crypto'
import type { Digest } from './digest.ts'
import { digestFromHex, hexOf } from './digest.ts'
import { coded } from './errors.ts'
import { quote } from './quote.ts'

/** Kinds of keys whose DSSE signatures sigstore-js and cosign both verify. P-384 is refused: the two disagree on its digest. */
export type KeyKind = 'ecdsa-p256' | 'ed25519'
/** Of keys that sign components of OCM, too. */
export type AnyKeyKind = KeyKind | 'rsa'

const RELEASE_KINDS: readonly KeyKind[] = ['ecdsa-p256', 'ed25519']
/** Kinds that components of OCM are signed with. */
export const COMPONENT_KINDS = ['rsa'] as const
const MIN_RSA_BITS = 2048

export type TrustKey<Kind extends AnyKeyKind = KeyKind> = {
  /** `sha256:` of the SPKI in DER: how a key is named everywhere. */
  readonly id: Digest
  readonly kind: Kind
  /** SPKI in PEM. */
  readonly pem: string
  /** What the config calls it, for people; it decides nothing. */
  readonly name?: string
  /** The key is trusted for signatures proven at or after `from` and before `to` (milliseconds since 1970). */
  readonly from?: number
  readonly to?: number
  readonly revoked?: boolean
  /** After `to`, what a lockfile names counts as signed in time. */
  readonly trustLockfile?: boolean
}

export type ComponentKey = TrustKey<'rsa'>

/** Reads a public key from PEM or from the base64 of its SPKI; throws KEY_UNREADABLE, also for one of another kind. */
export function parsePublicKey<Kind extends AnyKeyKind = KeyKind>(
  text: string,
  source: string,
  kinds: readonly Kind[] = RELEASE_KINDS as readonly Kind[],
): TrustKey<Kind> {
  const key = readKey(text.trim(), source)
  const der = key.export({ type: 'spki', format: 'der' })
  return {
    id: digestFromHex(createHash('sha256').update(der).digest('hex')),
    kind: kindOf(key, source, kinds),
    pem: key.export({ type: 'spki', format: 'pem' }).toString(),
  }
}

/** The hint that names the key in a Sigstore bundle: base64 of the same sha256, as cosign writes it. */
export function hintOf(id: Digest): string {
  return Buffer.from(hexOf(id), 'hex').toString('base64')
}

/** The key as one line for configs: base64 of its SPKI. */
export function publicKeyLine(key: TrustKey): string {
  return key.pem.replace(/-----[A-Z ]+-----|\s/g, '')
}

function readKey(text: string, source: string): KeyObject {
  // createPublicKey would also take a private key and derive its public half: a config must never hold one.
  if (text.includes('PRIVATE')) throw isPrivate(source)
  if (text.length > 4096) throw unreadable(source, undefined)
  try {
    if (/^-----BEGIN (?:RSA )?PUBLIC KEY-----/.test(text)) return createPublicKey(text)
    return createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' })
  } catch (error) {
    throw unreadable(source, error)
  }
}

function kindOf<Kind extends AnyKeyKind>(key: KeyObject, source: string, kinds: readonly Kind[]): Kind {
  const known = knownKind(key)
  const kind = kinds.find((each) => each === known)
  if (kind !== undefined) return kind
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {}
  const found = [
    key.asymmetricKeyType,
    namedCurve ?? (kinds.some((each) => each === 'rsa') ? modulusLength : undefined),
  ]
    .filter(Boolean)
    .join(' ')
  throw coded('KEY_UNREADABLE', {
    message: `key in ${quote(source)} is of a kind that is not accepted, expected ${kinds.map((each) => KIND_NAMES[each]).join(' or ')}, found ${quote(found)}`,
  })
}

const KIND_NAMES: Readonly<Record<AnyKeyKind, string>> = {
  'ecdsa-p256': 'ECDSA P-256',
  ed25519: 'Ed25519',
  rsa: `RSA of ${MIN_RSA_BITS} bits or more`,
}

function knownKind({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): AnyKeyKind | undefined {
  if (type === 'ed25519') return 'ed25519'
  if (type === 'rsa') return (details?.modulusLength ?? 0) >= MIN_RSA_BITS ? 'rsa' : undefined
  return type === 'ec' && details?.namedCurve === 'prime256v1' ? 'ecdsa-p256' : undefined
}

function isPrivate(source: string): Error {
  return coded('KEY_UNREADABLE', {
    message: `${quote(source)} holds a private key, expected the public one`,
    hint: 'give the `.pub` file beside it, and keep the private one where it is',
  })
}

function unreadable(source: string, cause: unknown): Error {
  return coded('KEY_UNREADABLE', {
    message: `${quote(source)} holds no public key, expected \`-----BEGIN PUBLIC KEY-----\` or its base64 in one line`,
    hint: '`octo keygen` writes the public key beside the private one',
    cause,
  })
}
