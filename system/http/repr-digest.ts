// RFC 9530 Repr-Digest: the server's own word on the bytes of an answer. It proves nothing about the server, and it finds
// what a broken disk, proxy or wire did to a document that carries no signature of its own.
import type { Digest } from '../../schemas/digest.ts'
import { digestFromHex, digestOf } from '../../schemas/digest.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'

/** Undefined for headers that carry no sha-256. */
export function readReprDigest(header: string | readonly string[] | undefined): Digest | undefined {
  const base64 = /(?:^|[\s,])sha-256=:([A-Za-z0-9+/]{43}=):/.exec(String(header ?? ''))?.[1]
  return base64 === undefined ? undefined : digestFromHex(Buffer.from(base64, 'base64').toString('hex'))
}

type Received = {
  readonly address: string
  readonly header: string | readonly string[] | undefined
  /** As they came over the wire, content coding included. */
  readonly bytes: Buffer
  /** Undoes the content coding; may throw. */
  readonly decode: () => Buffer
}

/**
 * Throws DIGEST_MISMATCH. Servers without the header pass. A proxy that compresses what it passes on leaves the digest of the
 * plain bytes beside its own, so either may be meant.
 */
export function requireReprDigest({ address, header, bytes, decode }: Received): void {
  const expected = readReprDigest(header)
  if (expected === undefined) return
  const found = digestOf(bytes)
  if (expected === found || fitsDecoded(expected, decode)) return
  throw coded('DIGEST_MISMATCH', {
    message: `answer of ${quote(address)} was damaged on its way, expected \`${expected}\`, found \`${found}\``,
    details: { url: address, expected, found },
    hint: 'try again; if it stays, something between here and the server changes what it sends',
  })
}

/** Bytes that cannot even be decoded are damaged ones. */
function fitsDecoded(expected: Digest, decode: () => Buffer): boolean {
  try {
    return expected === digestOf(decode())
  } catch {
    return false
  }
}
