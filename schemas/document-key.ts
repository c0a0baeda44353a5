// Keys that sign config documents: OpenPGP keys, named by the fingerprint that gpg shows, and the public keys of Sigstore bundles,
// named as everywhere else.
import type { TrustKey } from './trust-key.ts'

export type OpenPgpKey = {
  readonly kind: 'openpgp'
  /** Of the primary key, in capitals and without blanks. */
  readonly fingerprint: string
  /** The public key in its armour. */
  readonly armored: string
}
type SigstoreKey = { readonly kind: 'sigstore'; readonly key: TrustKey }
export type DocumentKey = OpenPgpKey | SigstoreKey

/** How a key is named in configs, lists and errors. */
export function documentKeyId(key: DocumentKey): string {
  return key.kind === 'openpgp' ? key.fingerprint : key.key.id
}

/** A whole fingerprint of OpenPGP as people write it, or undefined. Shorter ones are forged in seconds. */
export function parseFingerprint(text: string): string | undefined {
  const digits = text.replace(/^(?:openpgp:|0x)/i, '').replace(/[\s:]/g, '')
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(digits) ? digits.toUpperCase() : undefined
}

/** In groups, as people compare them. */
export function shownFingerprint(fingerprint: string): string {
  return fingerprint.match(/.{1,4}/g)?.join(' ') ?? ''
}
