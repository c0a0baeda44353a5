// The body of an answer as a whole, up to a bound.
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { addressOf } from './fetch-error.ts'
import { Gathered } from './gathered.ts'
import type { Answer } from './open-http.ts'

/** Throws LIMIT_EXCEEDED, and what breaks off. `chunks` are those of the answer, where more than a bound watches over them. */
export async function readBody(
  answer: Answer,
  maxBytes: number,
  chunks: AsyncIterable<Uint8Array> = answer.body,
): Promise<Buffer> {
  const gathered = new Gathered()
  for await (const chunk of chunks) {
    if (gathered.size + chunk.length > maxBytes) {
      answer.discard()
      throw tooLarge(answer, maxBytes)
    }
    gathered.add(chunk)
  }
  return gathered.whole()
}

export function tooLarge(answer: Answer, maxBytes: number): Error {
  const url = addressOf(answer.url)
  return coded('LIMIT_EXCEEDED', {
    message: `${quote(url)} is larger than ${maxBytes} bytes`,
    details: { url, maxBytes },
  })
}
