// The body of an answer as a whole, up to a bound.
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import { shownAddress } from '../../../schemas/shown-address.ts'
import type { Answer } from '../../../system/http/open-http.ts'

/** Throws LIMIT_EXCEEDED, and what breaks off. */
export async function readBytes(answer: Answer, maxBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of answer.body) {
    size += piece.length
    if (size > maxBytes) {
      answer.discard()
      const url = shownAddress(answer.url)
      throw coded('LIMIT_EXCEEDED', {
        message: `${quote(url)} is larger than ${maxBytes} bytes`,
        details: { url, maxBytes },
      })
    }
    pieces.push(Buffer.from(piece))
  }
  return Buffer.concat(pieces)
}
