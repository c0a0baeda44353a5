// Who has to sign a fetched document: the keys that its local include names, else those that the user trusts for its address,
// else those that had to sign the document that includes it.
import type { DocumentKey } from '../../schemas/document-key.ts'
import { documentKeyId, parseFingerprint } from '../../schemas/document-key.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { fieldOf } from '../document/field-of.ts'
import { invalid, showPlace, warningAt } from '../document/invalid.ts'
import type { TreeNode } from '../document/node.ts'
import { exactPlaceOf, isRemote, textOf } from '../document/node.ts'
import type { Warnings } from '../document/warnings.ts'
import { readKey } from '../model/keys.ts'
import type { TrustedKey } from '../trusted-keys/trusted-addresses.ts'
import { keysTrustedFor } from '../trusted-keys/trusted-addresses.ts'
import type { DocumentAddress } from './document-address.ts'
import { readKeyFile } from './key-files.ts'
import type { Include } from './read-include.ts'

type Asking = {
  readonly include: Include | undefined
  readonly trustedKeys: () => Promise<readonly TrustedKey[]>
  readonly warnings: Warnings
  readonly now: () => number
}

/** Undefined where nobody has to. Throws CONFIG_INVALID, KEY_NOT_FOUND or KEY_UNREADABLE. */
export async function signersOf(
  address: DocumentAddress,
  { include, trustedKeys, warnings, now }: Asking,
): Promise<readonly DocumentKey[] | undefined> {
  if (address.kind === 'file') {
    if (include) refuseForFiles(include)
    return undefined
  }
  const trusted = await trustedKeys()
  const named = await Promise.all((include?.keys ?? []).map((node) => keyOf(node, trusted, now)))
  const { signers: inherited = [], signed } = include?.node.origin.source ?? {}
  const ofUser = keysTrustedFor(trusted, address.name)
  // What has rights by its signature passes them on to the same signers only, and to nobody whom the user trusts for less.
  const signers = [named, signed ? inherited : [], ofUser, inherited].find((keys) => keys.length > 0) ?? []
  if (signers.length > 0) return signers
  if (include?.trust === 'signed') throw nobodyToSign(include)
  const { openpgp, sigstore } = include?.signatures ?? {}
  if (include && !isRemote(include.node) && (openpgp ?? sigstore) !== undefined)
    warnings.add(() =>
      warningAt(
        include.node,
        'a signature of this include is named and not looked at, as no key is trusted for it; `octo trust add` says which is',
      ),
    )
  return undefined
}

/** The same for the same set of keys. */
export function idOfSigners(signers: readonly DocumentKey[] | undefined): string {
  return [...new Set(signers?.map(documentKeyId))].sort().join(' ')
}

async function keyOf(node: TreeNode, trusted: readonly TrustedKey[], now: () => number): Promise<DocumentKey> {
  const text = node.kind === 'scalar' ? textOf(node) : undefined
  const fingerprint = text === undefined ? undefined : parseFingerprint(text)
  if (fingerprint !== undefined) {
    const found = trusted.find(({ key }) => documentKeyId(key) === fingerprint)
    if (found) return found.key
    throw notHere(node, fingerprint)
  }
  const file = node.kind === 'map' ? fieldOf(node, 'key', 'file') : undefined
  if (file?.kind !== 'scalar') return { kind: 'sigstore', key: readKey(node, { keyFiles: new Map() }) }
  const content = readKeyFile(file)
  if (!content.includes('-----BEGIN PGP '))
    return { kind: 'sigstore', key: readKey(node, { keyFiles: new Map([[file, content]]) }) }
  const window = (['from', 'to', 'revoked', 'trust-lockfile'] as const).find((key) => fieldOf(node, 'key', key))
  if (window) throw invalid(node, `a key of OpenPGP says by itself how long it counts, and takes no \`${window}\``)
  const { readOpenPgpKey } = await import('../../trust/document/openpgp.ts')
  return readOpenPgpKey(content, textOf(file), now())
}

function notHere(node: TreeNode, fingerprint: string): Error {
  const place = exactPlaceOf(node)
  return coded('KEY_NOT_FOUND', {
    place: showPlace(place),
    message: `the key ${quote(fingerprint)} is not on this machine`,
    details: { ...place, fingerprint },
    hint: 'get it from its owner and keep it: `octo trust add KEYFILE ADDRESS`; or let the config bring it: `keys: [{file: ./their.asc}]`',
  })
}

function refuseForFiles({ keys: [key], trust, node }: Include): void {
  if (key) throw invalid(key, '`keys` are for documents of the web: a local file is trusted as it is')
  if (trust === 'signed')
    throw invalid(node, '`trust: signed` is for documents of the web: a local file is trusted as it is')
}

function nobodyToSign({ node }: Include): Error {
  const place = exactPlaceOf(node)
  return coded('KEYRING_EMPTY', {
    place: showPlace(place),
    message: `\`trust: signed\` needs to know whose signature counts`,
    details: { ...place },
    hint: 'write `keys: [{file: ./their.asc}]` beside it, or `octo trust add KEYFILE ADDRESS` for this user',
  })
}
