// A key that somebody is about to trust: from a file, from the web, or one that is kept already.
import { resolve } from 'node:path'
import type { DocumentKey } from '../schemas/document-key.ts'
import { coded } from '../schemas/errors.ts'
import { quote } from '../schemas/quote.ts'
import { shownAddress } from '../schemas/shown-address.ts'
import { decodeText } from '../schemas/text.ts'
import { parsePublicKey } from '../schemas/trust-key.ts'
import { explainDisk, isErrno } from '../system/files/errors.ts'
import { readPlainFile } from '../system/files/read-plain-file.ts'
import { addressFrom } from './document-address.ts'
import { openFetcher } from './fetch-documents.ts'
import type { TrustedKey } from './trusted-addresses.ts'
import { keysNamed } from './trusted-addresses.ts'

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
  const content = isWeb ? await fetched(text, place) : onDisk(source)
  if (!content.includes('-----BEGIN PGP '))
    return { key: { kind: 'sigstore', key: parsePublicKey(content, source) }, names: [] }
  const { readOpenPgpKey } = await import('../trust/document/openpgp.ts')
  const { kind, fingerprint, armored, ...more } = await readOpenPgpKey(content, source, place.now)
  return { key: { kind, fingerprint, armored }, ...more }
}

async function fetched(text: string, { cwd, env, onWait }: Place): Promise<string> {
  using fetcher = openFetcher({ env, offline: false, onWait })
  const found = await fetcher.fetchText(addressFrom(text, cwd).name, MAX_BYTES)
  return typeof found === 'string' ? found : found.text
}

function onDisk(path: string): string {
  try {
    return decodeText(readPlainFile(path, MAX_BYTES), path)
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) throw explainDisk(error, path)
    throw coded('FILE_NOT_FOUND', {
      message: `the key ${quote(path)} cannot be read`,
      details: { path },
      hint: 'name a file or address with the public key, or the whole fingerprint of one that `octo trust list` shows',
      cause: error,
    })
  }
}
