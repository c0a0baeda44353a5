// The documents of the web that a config names itself, without asking for any of them.
import { isCoded } from '../schemas/errors.ts'
import { openWarnings } from './document/warnings.ts'
import type { DocumentAddress } from './document-address.ts'
import { gatherDocuments } from './documents.ts'

/** Throws what is wrong with the local documents. */
export async function webIncludesOf(addresses: readonly DocumentAddress[]): Promise<readonly string[]> {
  const found = new Set(addresses.flatMap(({ kind, name }) => (kind === 'web' ? [name] : [])))
  const warnings = openWarnings((problem) => {
    // Whose signature it needs is what is about to be said, and nothing is fetched.
    if (!isCoded(problem, 'OFFLINE') && !isCoded(problem, 'KEY_NOT_FOUND') && !isCoded(problem, 'KEYRING_EMPTY'))
      throw problem
  })
  const onInclude = ({ kind, name }: DocumentAddress) => void (kind === 'web' && found.add(name))
  await gatherDocuments(addresses, undefined, { warnings, onInclude })
  return [...found].map(withoutQuery)
}

function withoutQuery(address: string): string {
  const url = new URL(address)
  url.search = ''
  return url.href
}
