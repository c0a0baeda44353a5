// The proof of what was fetched: its signature, which lies beside it or where the include says, over the very bytes that are used.
import type { DocumentKey } from '../../schemas/document-key.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import { decodeText } from '../../schemas/text.ts'
import { explainDisk, isMissing } from '../../system/files/errors.ts'
import { readPlainFile } from '../../system/files/read-plain-file.ts'
import type { DocumentProof } from '../../trust/document/prove-document.ts'
import type { DocumentAddress } from './document-address.ts'
import { addressIn, shownName } from './document-address.ts'
import type { FetchedText, FetchText } from './fetched-text.ts'
import type { Include } from './read-include.ts'

const MAX_SIGNATURE_BYTES = 1024 * 1024
const ENDINGS = { openpgp: '.asc', sigstore: '.sigstore.json' } as const

type Fetched = {
  /** Address that was asked for: wherever the server led from there, trust stays with it. */
  readonly url: string
  readonly found: FetchedText
  readonly signers: readonly DocumentKey[]
  /** Where the include says that the signatures are, which stands in the document `from`. */
  readonly named?: {
    readonly signatures: Include['signatures'] | undefined
    readonly from: DocumentAddress | undefined
  }
  readonly fetchText: FetchText
  readonly now: number
  /** A document that was signed before the last one counts too. */
  readonly acceptsOlder?: boolean
}

/** Keeps the document with its signature once it is proven. Throws what proveDocument throws, DOCUMENT_ROLLBACK, and FETCH errors. */
export async function requireSigned(fetched: Fetched): Promise<DocumentProof> {
  const { url, found, signers, now, acceptsOlder = false } = fetched
  const { proveDocument } = await import('../../trust/document/prove-document.ts')
  const kept: FetchedText[] = []
  const proof = await proveDocument({
    bytes: Buffer.from(found.text),
    document: shownAddress(url),
    keys: signers,
    now,
    signatureOf: async (kind) => {
      const at = placeOfSignature(kind, fetched)
      const signature = at.kind === 'file' ? readSignature(at.name) : await fetchSignature(at.name, fetched.fetchText)
      if (signature) kept.push(signature)
      return signature && { text: signature.text, source: shownName(at) }
    },
  })
  const { signedAt } = proof
  if (!acceptsOlder && signedAt !== undefined && found.signedAt !== undefined && signedAt < found.signedAt)
    throw older(url, signedAt, found.signedAt)
  // A bundle says no time, so that only what this machine has used is known to be older.
  if (!acceptsOlder && signedAt === undefined && found.wasReplaced) throw usedBefore(url)
  for (const one of kept) one.keep?.()
  found.keep?.(signedAt)
  return proof
}

function placeOfSignature(kind: keyof typeof ENDINGS, { url, named }: Fetched): DocumentAddress {
  const address = named?.signatures?.[kind]
  if (address === undefined || !named?.from) return { kind: 'web', name: beside(url, ENDINGS[kind]) }
  return addressIn(address, named.from)
}

/** It lies in a checkout from elsewhere, where a link to a device may stand in its place. */
function readSignature(path: string): FetchedText | undefined {
  try {
    return { text: decodeText(readPlainFile(path, MAX_SIGNATURE_BYTES), path) }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw explainDisk(error, path)
  }
}

/** The query, which may say who asks, goes with it. */
function beside(url: string, ending: string): string {
  const signature = new URL(url)
  signature.pathname += ending
  return signature.href
}

async function fetchSignature(url: string, fetchText: FetchText): Promise<FetchedText | undefined> {
  try {
    const found = await fetchText(url, MAX_SIGNATURE_BYTES)
    return typeof found === 'string' ? { text: found } : found
  } catch (error) {
    if (isCoded(error, 'CONFIG_NOT_FOUND')) return undefined
    throw error
  }
}

const IS_MEANT =
  'somebody may serve an old document; once you know that it is meant, `octo config show --accept-older` takes it'

function usedBefore(url: string): Error {
  const document = shownAddress(url)
  return coded('DOCUMENT_ROLLBACK', {
    message: `${quote(document)} is one that this machine used before, and has used another one since`,
    details: { document },
    hint: IS_MEANT,
  })
}

function older(url: string, signedAt: number, lastSignedAt: number): Error {
  const [found, last] = [signedAt, lastSignedAt].map((time) => new Date(time).toISOString())
  const document = shownAddress(url)
  return coded('DOCUMENT_ROLLBACK', {
    message: `${quote(document)} was signed at ${quote(found)}, before the one that was used last, of ${quote(last)}`,
    details: { document, signedAt: found, lastSignedAt: last },
    hint: IS_MEANT,
  })
}
