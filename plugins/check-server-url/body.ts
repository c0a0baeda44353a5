// The text of a body as people read it: content coding undone, in the character set that the answer names.
import type { IncomingHttpHeaders } from 'node:http'
import { decodeContent } from '../../sdk/index.ts'

/** An answer whose body cannot be read; the sentence says why. */
export class BodyUnreadable extends Error {
  override readonly name = 'BodyUnreadable'
}

type Body = {
  readonly headers: IncomingHttpHeaders
  /** There is more than these bytes. */
  readonly isCut: boolean
  readonly maxBytes: number
}

export function textOf(bytes: Buffer, { headers, isCut, maxBytes }: Body): string {
  const plain = decoded(bytes, headers['content-encoding'], { isCut, maxBytes })
  return decoderFor(plain, headers['content-type']).decode(plain)
}

/** A small body may unpack to a huge one: beyond this it is not looked at. */
const MAX_PLAIN_BYTES = 16 * 1024 * 1024

function decoded(bytes: Buffer, coding: string | undefined, { isCut, maxBytes }: Omit<Body, 'headers'>): Buffer {
  try {
    return decodeContent(bytes, coding, MAX_PLAIN_BYTES, { isCut }).subarray(0, maxBytes)
  } catch (error) {
    throw new BodyUnreadable(`the body cannot be read: ${(error as Error).message}`)
  }
}

/** A mark at the beginning counts before what the header says, as in browsers; what nobody knows is read as UTF-8. */
function decoderFor(bytes: Buffer, contentType = ''): TextDecoder {
  const named = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1]
  try {
    return new TextDecoder(markedCharset(bytes) ?? named ?? 'utf-8')
  } catch {
    return new TextDecoder('utf-8')
  }
}

function markedCharset(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 'utf-8' : undefined
}
