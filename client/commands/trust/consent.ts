// Nobody trusts a key that was not compared: a person sees its fingerprint and is asked, a script says which one it expects.
import type { GivenKey } from '../../../config/read-trust-key.ts'
import { documentKeyId, parseFingerprint, shownFingerprint } from '../../../schemas/document-key.ts'
import { coded } from '../../../schemas/errors.ts'
import { printable, quote } from '../../../schemas/quote.ts'
import { shownAddress } from '../../../schemas/shown-address.ts'
import { askOn } from '../../../terminal/ask-question.ts'
import type { Terminal } from '../../../terminal/index.ts'

export type ConsentFlags = { readonly yes?: boolean; readonly fingerprint?: string }

type Asking = { readonly options: ConsentFlags; readonly terminal: Terminal }

/** Throws DIGEST_MISMATCH for another key than is expected, USAGE where nobody can be asked, and INTERRUPTED for a no. */
export async function requireConsent(
  given: GivenKey,
  addresses: readonly string[],
  { options, terminal }: Asking,
): Promise<void> {
  const { fingerprint, yes = false } = options
  if (fingerprint !== undefined) requireFingerprint(given, fingerprint)
  if (yes && fingerprint !== undefined) return
  const ask = askOn(terminal)
  if (!ask || yes) throw notAsked(given)
  for (const line of describe(given, addresses)) terminal.info(line)
  const name = 'Is this the fingerprint that its owner told you?'
  // Somebody who goes on with Enter has compared nothing.
  const answer = await ask({ name, type: 'confirm', options: [], unsaid: 'no' })
  if (answer !== 'true') throw coded('INTERRUPTED', { message: 'the key was not trusted, as nobody said yes' })
}

function requireFingerprint({ key }: GivenKey, expected: string): void {
  const id = documentKeyId(key)
  const wanted = key.kind === 'openpgp' ? parseFingerprint(expected) : expected.trim()
  if (wanted === id) return
  throw coded('DIGEST_MISMATCH', {
    message: `the key has the fingerprint ${quote(id)}, expected ${quote(printable(expected, 200))}`,
    details: { expected, found: id },
    hint: 'do not trust it: ask its owner, on another way than the one that the key came by',
  })
}

function describe({ key, names, createdAt, expiresAt }: GivenKey, addresses: readonly string[]): readonly string[] {
  const day = (time: number) => new Date(time).toISOString().slice(0, 10)
  return [
    `fingerprint  ${key.kind === 'openpgp' ? shownFingerprint(key.fingerprint) : key.key.id}`,
    ...names.map((name) => `says it is   ${printable(name, 200)}`),
    ...(createdAt === undefined ? [] : [`made         ${day(createdAt)}`]),
    ...(expiresAt === undefined ? [] : [`counts until ${day(expiresAt)}`]),
    ...addresses.map((address) => `for          ${shownAddress(address)}`),
  ]
}

function notAsked({ key }: GivenKey): Error {
  const id = documentKeyId(key)
  return coded('USAGE', {
    message: `the key ${quote(id)} is trusted only by who compared its fingerprint, and nobody can be asked`,
    details: { fingerprint: id },
    hint: 'compare it with what its owner says on another way, then add `--yes --fingerprint FINGERPRINT`',
  })
}
