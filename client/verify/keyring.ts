// Publisher keys that a repo's config pins, looked up by the hint of a bundle. Answers: a good signature by a key that is
// not pinned, that is pinned for another time, or that was revoked.
import type { KeyObject } from 'node:crypto'
import { createPublicKey } from 'node:crypto'
import type { Digest } from '../../schemas/digest.ts'
import { digestOf } from '../../schemas/digest.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { TrustKey } from '../../schemas/trust-key.ts'
import { hintOf } from '../../schemas/trust-key.ts'

/**
 * When the signature was seen: a time in milliseconds, or `seen-before` where a lockfile records that this very bundle
 * was accepted from this very key; its validity window was judged then. Revocation counts either way.
 */
export type SeenAt = number | 'seen-before'

export type AdmittedKey = { readonly id: Digest; readonly publicKey: KeyObject }

/** Returns the pinned key that the hint names; throws KEYRING_EMPTY or SIGNER_NOT_ALLOWED. */
export function admitKey(keyring: readonly TrustKey[], hint: string, at: SeenAt, source: string): AdmittedKey {
  if (keyring.length === 0)
    throw coded('KEYRING_EMPTY', {
      message: `no key is pinned for ${quote(source)}, so its signature cannot be proven`,
      hint: 'add the publisher’s public key below `keys` of the repo in the config',
    })
  const named = keyring.filter((key) => hintOf(key.id) === hint)
  if (named.length === 0)
    throw notAllowed(source, `is signed by key ${quote(idOfHint(hint))}, which is not pinned`, keyring)
  if (named.some((key) => key.revoked)) throw notAllowed(source, 'is signed by a key that was revoked', named)
  const valid = named.find((key) => isWithin(key, at))
  if (!valid) throw notAllowed(source, `is signed by a key outside its validity, ${windowOf(named[0])}`, named)
  return { id: valid.id, publicKey: readKey(valid, source) }
}

function isWithin(key: TrustKey, at: SeenAt): boolean {
  if (at === 'seen-before') return true
  return Number.isFinite(at) && (key.from === undefined || at >= key.from) && (key.to === undefined || at < key.to)
}

/** An id that does not belong to its PEM would let a config pin one key and trust another. */
function readKey(key: TrustKey, source: string): KeyObject {
  const publicKey = createPublicKey(key.pem)
  if (digestOf(publicKey.export({ type: 'spki', format: 'der' })) === key.id) return publicKey
  throw notAllowed(source, 'is signed by a pinned key whose id does not belong to its public key', [key])
}

function idOfHint(hint: string): string {
  const bytes = Buffer.from(hint, 'base64')
  return bytes.length === 32 ? `sha256:${bytes.toString('hex')}` : hint
}

function windowOf(key: TrustKey | undefined): string {
  const shown = (time: number | undefined) => (time === undefined ? 'always' : new Date(time).toISOString())
  return `which is from \`${shown(key?.from)}\` to \`${shown(key?.to)}\``
}

function notAllowed(source: string, problem: string, keys: readonly TrustKey[]): Error {
  return coded('SIGNER_NOT_ALLOWED', {
    message: `${quote(source)} ${problem}`,
    details: { source, pinned: keys.map(({ id }) => id) },
    hint: 'pin the key only after asking the publisher for it on another way than the repo itself',
  })
}
