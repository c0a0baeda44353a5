// The body of a call, which is never larger in memory than the plugin takes.
import type { IncomingMessage } from 'node:http'
import { CallError } from './call-error.ts'

const TOO_LARGE = 413

/** Rejects with a CallError for a larger body, and when the host goes before its end. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length
    if (size > maxBytes) throw new CallError(`expected a body of at most ${maxBytes} bytes`, TOO_LARGE)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
