// Whether the next version of a document needs a signature as the last one did: keys that a user trusts are for addresses, and a
// step leads to another one. Answers THREATS.md: whoever lists the versions would lead around the signature.
import { dirname } from 'node:path'
import { documentKeyId } from '../../schemas/document-key.ts'
import { coded } from '../../schemas/errors.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import { addressFrom } from '../include/document-address.ts'
import type { TrustedKey } from '../trusted-keys/trusted-addresses.ts'
import { keysTrustedFor } from '../trusted-keys/trusted-addresses.ts'
import type { Outdated } from './outdated-includes.ts'
import { editsFor } from './outdated-includes.ts'

/** Throws KEYRING_EMPTY for a step from a document that has to be signed to one that nobody has to sign. */
export function requireSigners(outdated: readonly Outdated[], trusted: readonly TrustedKey[]): void {
  for (const one of outdated) {
    const [key] = keysTrustedFor(trusted, one.address.name)
    // Keys of the include itself go with it, and so does the demand for a signature.
    if (!key || one.include.keys.length > 0 || one.include.trust === 'signed') continue
    const next = nextAddress(one)
    if (next === undefined || keysTrustedFor(trusted, next).length > 0) continue
    const [from, to] = [shownAddress(one.address.name), shownAddress(next)]
    throw coded('KEYRING_EMPTY', {
      message: `${quote(from)} has to be signed, and no key is trusted for ${quote(to)}, which would be used without proof`,
      details: { document: from, next: to },
      hint: `trust the key for the next version, or for a folder of all: \`octo trust add ${documentKeyId(key)} ${shellWord(to)}\``,
    })
  }
}

function nextAddress(one: Outdated): string | undefined {
  const edit = editsFor(one).find(({ node }) => node === one.include.node)
  return edit && addressFrom(edit.to, dirname(one.file)).name
}
