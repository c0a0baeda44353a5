// The keys that whoever serves a repo says may sign in it. Nobody trusts them for that: they are shown, to be compared.
import { throwDefect } from '../../schemas/errors.ts'
import { MAX_KEY_DOCUMENT_BYTES, parseKeyDocument } from '../../schemas/key-document.ts'
import type { TrustKey } from '../../schemas/trust-key.ts'
import { parsePublicKey } from '../../schemas/trust-key.ts'
import { keyDocumentPath } from '../../static-tree/paths.ts'
import type { FetchDocument } from '../network.ts'
import { repoAddressOf } from './repo-address.ts'

/** Empty where none are served, or what is served cannot be read: then they have to be had from their owner, as ever. */
export async function readServedKeys(repoUrl: string, fetchDocument: FetchDocument): Promise<readonly TrustKey[]> {
  const { name } = repoAddressOf(repoUrl)
  const url = new URL(`../${keyDocumentPath(name)}`, repoUrl)
  try {
    const text = await fetchDocument(url, MAX_KEY_DOCUMENT_BYTES)
    if (text === undefined) return []
    const document = parseKeyDocument(text, url.href)
    const signing = document.keys.filter(({ to }) => to === undefined || Date.parse(to) > Date.now())
    const keys = document.repo === name ? signing.map(({ key }) => parsePublicKey(key, url.href)) : []
    // What is shown is what the key is, whatever the document calls it.
    return [...new Map(keys.map((key) => [key.id, key])).values()]
  } catch (error) {
    throwDefect(error)
    return []
  }
}
