// RFC 9530 Repr-Digest: the server's own word on the bytes of an answer. It proves nothing about the server, and it finds
// what a broken disk, proxy or wire did to a document that carries no signature of its own.
import { digestFromHex, digestOf } from '../../schemas/digest.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { Answer } from './http.ts'
import { addressOf } from './http.ts'

/** `bytes` as they came over the wire, content coding included; throws DIGEST_MISMATCH. Servers without the header pass. */
export function requireReprDigest(answer: Answer, bytes: Buffer): void {
  const header = answer.headers['repr-digest']
  const promised = /(?:^|[\s,])sha-256=:([A-Za-z0-9+/]{43}=):/.exec(String(header ?? ''))?.[1]
  if (promised === undefined) return
  const [expected, found] = [digestFromHex(Buffer.from(promised, 'base64').toString('hex')), digestOf(bytes)]
  if (expected === found) return
  const url = addressOf(answer.url)
  throw coded('DIGEST_MISMATCH', {
    message: `answer of ${quote(url)} was damaged on its way, expected \`${expected}\`, found \`${found}\``,
    details: { url, expected, found },
    hint: 'try again; if it stays, something between here and the server changes what it sends',
  })
}
