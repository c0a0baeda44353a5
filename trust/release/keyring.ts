// Publisher keys that a repo's config pins, looked up by the hint of a bundle. Answers: a good signature by a key that is
// not pinned, that is pinned for another time, or that was revoked.
import type { KeyObject } from 'node:crypto'
import { createPublicKey } from 'node:crypto'
import type { Digest } from '../../schemas/digest.ts'
import { digestOf } from '../../schemas/digest.ts'
import type { CodedError } from '../../schemas/errors.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { AnyKeyKind, TrustKey } from '../../schemas/trust-key.ts'
import { hintOf } from '../../schemas/trust-key.ts'

/** When the signature is judged: now, in milliseconds since 1970, with what is known of earlier. */
export type SeenAt = number | { readonly now: number; readonly earlier: Earlier }

/**
 * `provenAt`: this machine's own record of having proven this very bundle by this very key. `locked`: only a lockfile says
 * that it was accepted, and whoever writes lockfiles may be anybody; it counts where the key says `trust-lockfile: true`.
 * `accepted`: the caller answers for it.
 */
type Earlier = { readonly provenAt?: number | undefined; readonly locked?: boolean } | 'accepted'

/** What admitted the key: its window today, this machine's record, or a lockfile that the config trusts. */
export type Admission = 'window' | 'record' | 'lockfile'

type PinnedKey = TrustKey<AnyKeyKind>

export type AdmittedKey = { readonly id: Digest; readonly publicKey: KeyObject; readonly admission: Admission }

/** Returns the pinned key that the hint names; throws KEYRING_EMPTY or SIGNER_NOT_ALLOWED. */
export function admitKey(keyring: readonly PinnedKey[], hint: string, at: SeenAt, source: string): AdmittedKey {
  if (keyring.length === 0)
    throw coded('KEYRING_EMPTY', {
      message: `no key is pinned for ${quote(source)}, so its signature cannot be proven`,
      hint: 'add the publisher’s public key below `keys` of the repo in the config',
    })
  const named = keyring.filter((key) => hintOf(key.id) === hint)
  if (named.length === 0)
    throw notAllowed(source, `is signed by key ${quote(idOfHint(hint))}, which is not pinned`, keyring)
  if (named.some((key) => key.revoked)) throw revokedKey(source, named)
  for (const key of named) {
    const admission = admissionOf(key, at)
    if (admission) return { id: key.id, publicKey: readKey(key, source), admission }
  }
  throw outsideWindow(source, named, at)
}

/** The start of a window counts always; after its end, only what was there before it. */
function admissionOf(key: PinnedKey, at: SeenAt): Admission | undefined {
  const { now, earlier } = typeof at === 'number' ? { now: at, earlier: {} } : at
  if (!Number.isFinite(now) || (key.from !== undefined && now < key.from)) return undefined
  if (key.to === undefined || now < key.to) return 'window'
  if (earlier === 'accepted') return 'record'
  const { provenAt, locked } = earlier
  if (provenAt !== undefined && provenAt < key.to && (key.from === undefined || provenAt >= key.from)) return 'record'
  return locked && key.trustLockfile ? 'lockfile' : undefined
}

/** Of keys that one config pins for many releases: reading one takes longer than a signature. */
const alreadyRead = new WeakMap<PinnedKey, KeyObject>()

/** An id that does not belong to its PEM would let a config pin one key and trust another. */
function readKey(key: PinnedKey, source: string): KeyObject {
  const known = alreadyRead.get(key)
  if (known) return known
  const publicKey = createPublicKey(key.pem)
  if (digestOf(publicKey.export({ type: 'spki', format: 'der' })) === key.id) {
    alreadyRead.set(key, publicKey)
    return publicKey
  }
  throw notAllowed(source, 'is signed by a pinned key whose id does not belong to its public key', [key])
}

function idOfHint(hint: string): string {
  const bytes = Buffer.from(hint, 'base64')
  return bytes.length === 32 ? `sha256:${bytes.toString('hex')}` : hint
}

function outsideWindow(source: string, named: readonly PinnedKey[], at: SeenAt): Error {
  const shown = (time: number | undefined) => (time === undefined ? 'always' : new Date(time).toISOString())
  const windows = named.map(({ from, to }) => `from \`${shown(from)}\` to \`${shown(to)}\``).join(' and ')
  const isLocked = typeof at !== 'number' && at.earlier !== 'accepted' && at.earlier.locked === true
  const witness = isLocked ? ', and this machine has no record of having proven it within' : ''
  return coded('SIGNER_NOT_ALLOWED', {
    message: `${quote(source)} is signed by key ${quote(named[0]?.id ?? '')} outside its window, ${windows}${witness}`,
    details: { source, key: named[0]?.id, windows: named.map(({ from, to }) => ({ from, to })) },
    hint: isLocked
      ? 'once you know that it was signed in time, `trust-lockfile: true` beside the key’s `to` accepts what octo.lock names'
      : 'ask the publisher for a release by a key that is valid today',
  })
}

function revokedKey(source: string, keys: readonly PinnedKey[]): Error {
  const { code, message, details, hint = '' } = notAllowed(source, 'is signed by a key that was revoked', keys)
  return coded(code, { message, details: { ...details, revoked: true }, hint })
}

function notAllowed(source: string, problem: string, keys: readonly PinnedKey[]): CodedError {
  return coded('SIGNER_NOT_ALLOWED', {
    message: `${quote(source)} ${problem}`,
    details: { source, pinned: keys.map(({ id }) => id) },
    hint: 'pin the key only after asking the publisher for it on another way than the repo itself',
  })
}
