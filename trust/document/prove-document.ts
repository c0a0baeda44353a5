// The door for config documents: are these bytes signed by one of the keys that a local config or the user names for them?
// Answers: whoever serves a document, or is on the way to it, says what counts.
import type { DocumentKey } from '../../schemas/document-key.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'

type SignatureKind = DocumentKey['kind']

type DocumentClaim = {
  readonly bytes: Uint8Array
  /** What errors call the document. */
  readonly document: string
  readonly keys: readonly DocumentKey[]
  /** Text of a signature that lies beside the document; undefined where there is none. */
  readonly signatureOf: (kind: SignatureKind) => Promise<{ readonly text: string; readonly source: string } | undefined>
  /** Milliseconds since 1970. */
  readonly now: number
}

export type DocumentProof = {
  readonly signer: string
  /** When it was signed, as the signer says; bundles without a log do not say it. */
  readonly signedAt?: number
}

/** Throws KEYRING_EMPTY, SIGNATURE_MISSING, and what verifyOpenPgp and verifyBlobBundle throw. */
export async function proveDocument(claim: DocumentClaim): Promise<DocumentProof> {
  const { bytes, document, keys, now } = claim
  if (keys.length === 0)
    throw coded('KEYRING_EMPTY', {
      message: `no key is trusted for ${quote(document)}, so its signature cannot be proven`,
      details: { document },
    })
  const openpgp = keys.filter((key) => key.kind === 'openpgp')
  const detached = openpgp.length > 0 ? await claim.signatureOf('openpgp') : undefined
  if (detached) {
    const { verifyOpenPgp } = await import('./openpgp.ts')
    return verifyOpenPgp({ signature: detached.text, bytes, keys: openpgp, now, source: detached.source, document })
  }
  const sigstore = keys.flatMap((key) => (key.kind === 'sigstore' ? [key.key] : []))
  const bundle = sigstore.length > 0 ? await claim.signatureOf('sigstore') : undefined
  if (!bundle) throw unsigned(document, keys)
  const { verifyBlobBundle } = await import('./blob-bundle.ts')
  return {
    signer: verifyBlobBundle({ bundle: bundle.text, bytes, keys: sigstore, now, source: bundle.source, document }),
  }
}

function unsigned(document: string, keys: readonly DocumentKey[]): Error {
  const wanted = new Set(keys.map(({ kind }) => (kind === 'openpgp' ? '`.asc`' : '`.sigstore.json`')))
  return coded('SIGNATURE_MISSING', {
    message: `${quote(document)} has to be signed, and there is no ${[...wanted].join(' or ')} beside it`,
    details: { document },
    hint: 'ask whoever publishes it for a signature; `gpg:` or `sigstore:` of the include says where it is when not beside it',
  })
}
