// Tells a document that is whole from a part of one, where an answer says neither a length nor chunks. Such an answer, as of HTTP/1.0, ends
// with its connection, and ends so as well when the server is killed in its middle. Half a YAML document is one: with fewer checks.
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { addressOf } from './fetch-error.ts'
import type { Answer } from './open-http.ts'

/** What has an end of its own: JSON, and PEM and signed messages in armour. Its readers refuse a part of it. */
const ENDS_ITSELF = /^\s*(?:[[{]|-----BEGIN )/

/** Throws FETCH_REFUSED. Compressed bytes are refused by their own end, and those with a digest beside them by that. */
export function requireWholeAnswer({ headers, url }: Pick<Answer, 'headers' | 'url'>, text: string): void {
  const said = ['content-length', 'transfer-encoding', 'repr-digest'].some((name) => headers[name] !== undefined)
  const { 'content-encoding': coding = 'identity' } = headers
  if (said || coding.trim().toLowerCase() !== 'identity' || ENDS_ITSELF.test(text)) return
  const address = addressOf(url)
  throw coded('FETCH_REFUSED', {
    message: `answer of ${quote(address)} ends with its connection and says no length, so a part of it could pass for the whole`,
    details: { url: address },
    hint: 'have the server send `Content-Length`, or answer in chunks; JSON has an end of its own',
  })
}
