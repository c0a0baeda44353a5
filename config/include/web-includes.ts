// The documents of the web that the local documents of a config include, without asking for any of them.
import { isCoded } from '../../schemas/errors.ts'
import type { TreeNode } from '../document/node.ts'
import { openWarnings } from '../document/warnings.ts'
import type { DocumentAddress } from './document-address.ts'
import { gatherDocuments } from './documents.ts'
import type { Include } from './read-include.ts'

export type FoundInclude = {
  readonly address: DocumentAddress
  readonly include: Include
  /** The local document that includes it, as it is on the disk. */
  readonly file: string
  readonly text: string
  readonly root: TreeNode
}

/** Throws what is wrong with the local documents. */
export async function webIncludesOf(addresses: readonly DocumentAddress[]): Promise<readonly FoundInclude[]> {
  const found: { address: DocumentAddress; include: Include; file: string }[] = []
  const warnings = openWarnings((problem) => {
    // Whose signature it needs is what is about to be said, and nothing is fetched.
    const isExpected =
      isCoded(problem, 'OFFLINE') || isCoded(problem, 'KEY_NOT_FOUND') || isCoded(problem, 'KEYRING_EMPTY')
    if (!isExpected) throw problem
  })
  const { documents } = await gatherDocuments(addresses, undefined, {
    warnings,
    onInclude: (address, include, from) => {
      if (address.kind === 'web') found.push({ address, include, file: from.name })
    },
  })
  return found.flatMap((one) => {
    const document = documents.find(({ address }) => address.name === one.file)
    return document ? [{ ...one, text: document.text, root: document.root }] : []
  })
}
