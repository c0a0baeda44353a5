// A key that somebody is about to trust: from a file, from the web, or one that is kept already.
import { resolve } from 'node:path'
import type { DocumentKey } from '../schemas/document-key.ts'
import { shownAddress } from '../schemas/shown-address.ts'
import { decodeText } from '../schemas/text.ts'
import { parsePublicKey } from '../schemas/trust-key.ts'
import { readGivenFile } from '../system/files/given-file.ts'
import { addressFrom } from './include/document-address.ts'
import { openFetcher } from './include/fetch-documents.ts'
import type { TrustedKey } from './trusted-keys/trusted-addresses.ts'
import { keysNamed } from './trusted-keys/trusted-addresses.ts'

export type GivenKey = {
  readonly key: DocumentKey
  readonly names: readonly string[]
  readonly createdAt?: number
  readonly expiresAt?: number
}

type Place = {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly kept: readonly TrustedKey[]
  readonly onWait: (line: string) => void
  readonly now: number
}

const MAX_BYTES = 64 * 1024

/** `text` is a path, an address, or the fingerprint of a kept key. Throws FILE_NOT_FOUND, IO_FAILED, LIMIT_EXCEEDED, KEY_UNREADABLE or FETCH errors. */
export async function readTrustKey(text: string, place: Place): Promise<GivenKey> {
  const [known, ...others] = keysNamed(place.kept, text)
  if (known && others.length === 0) return { key: known.key, names: known.names }
  const isWeb = /^https?:\/\//i.test(text)
  const source = isWeb ? shownAddress(text) : resolve(place.cwd, text)
  const content = isWeb ? await fetched(text, place) : ofFile(source)
  if (!content.includes('-----BEGIN PGP '))
    return { key: { kind: 'sigstore', key: parsePublicKey(content, source) }, names: [] }
  const { readOpenPgpKey } = await import('../trust/document/openpgp.ts')
  const { kind, fingerprint, armored, ...more } = await readOpenPgpKey(content, source, place.now)
  return { key: { kind, fingerprint, armored }, ...more }
}

function ofFile(path: string): string {
  const hint =
    'name a file or address with the public key, or the whole fingerprint of one that `octo trust list` shows'
  return decodeText(readGivenFile(path, { what: 'the key', maxBytes: MAX_BYTES, hint }), path)
}

async function fetched(text: string, { cwd, env, onWait }: Place): Promise<string> {
  using fetcher = openFetcher({ env, offline: false, onWait })
  const found = await fetcher.fetchText(addressFrom(text, cwd).name, MAX_BYTES)
  return typeof found === 'string' ? found : found.text
}
