// Whose word a document is: where it came from, what led to it, and how far a local document trusts it.
import type { DocumentKey } from '../../schemas/document-key.ts'
import { quote } from '../../schemas/quote.ts'
import { invalid, showPlace } from '../document/invalid.ts'
import type { ConfigSource } from '../document/node.ts'
import { placeOf } from '../document/node.ts'
import type { DocumentAddress } from './document-address.ts'
import { shownName } from './document-address.ts'
import type { Include } from './read-include.ts'

type Brought = {
  readonly include: Include | undefined
  /** Who had to sign it; one of them did. */
  readonly signers: readonly DocumentKey[] | undefined
  /** All web documents are trusted as if their include said `trust: unsigned`. */
  readonly insecure: boolean
}

export function sourceOf(address: DocumentAddress, { include, signers, insecure }: Brought): ConfigSource {
  return {
    name: shownName(address),
    remote: address.kind === 'web',
    ...broughtBy(include, signers),
    ...(signers ? { signers } : {}),
    ...(insecure && address.kind === 'web' ? { unsigned: true } : {}),
  }
}

/** Throws CONFIG_INVALID: which of two ways to a document counts is for nobody to guess. */
export function requireSameRights(first: ConfigSource, again: ConfigSource, { node }: Include): void {
  if (!first.remote || rightsOf(first) === rightsOf(again)) return
  const before = first.includedAt ? `, first at ${showPlace(first.includedAt)}` : ''
  throw invalid(
    node,
    `${quote(first.name)} is included twice, and not with the same \`trust\` and \`offers\` each time${before}`,
    { hint: 'say the same of it wherever it is included, and of what includes it, or include it once' },
  )
}

function rightsOf({ unsigned, signed, offers }: ConfigSource): string {
  return JSON.stringify([unsigned === true, signed === true, offers ? [...offers].sort() : null])
}

/** The local place that leads to a document and what it offers, however many documents are between. */
function broughtBy(include: Include | undefined, signers: Brought['signers']): Partial<ConfigSource> {
  if (!include) return {}
  const { node, offers, trust } = include
  const { source } = node.origin
  const local = { includedAt: placeOf(node), offers, unsigned: trust === 'unsigned', signed: trust === 'signed' }
  const said = source.remote ? source : local
  return {
    ...(said.includedAt ? { includedAt: said.includedAt } : {}),
    ...(said.offers ? { offers: said.offers } : {}),
    ...(said.unsigned ? { unsigned: true } : {}),
    // Only what was proven; where the include asks for it, nothing else comes this far.
    ...(said.signed && signers ? { signed: true } : {}),
  }
}
