// The chunks of a request body, as long as they keep coming. Stopping early leaves the connection to whoever answers.
import type { Readable } from 'node:stream'
import { coded } from '../../schemas/errors.ts'

/** Ends with the body; throws CLIENT_GONE when the client breaks off, or the reason of the signal. */
export async function* readBody(body: Readable, signal: AbortSignal): AsyncGenerator<Buffer> {
  for (;;) {
    signal.throwIfAborted()
    const chunk: Buffer | null = body.read()
    if (chunk) yield chunk
    else if (body.readableEnded) return
    else if (body.destroyed) throw brokenOff(body.errored)
    else await nextEvent(body, signal)
  }
}

/** Whole small bodies; throws LIMIT_EXCEEDED with the first byte too many. */
export async function readWholeBody(body: Readable, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of readBody(body, signal)) {
    size += chunk.length
    if (size > maxBytes)
      throw coded('LIMIT_EXCEEDED', {
        message: `the request is larger than ${maxBytes} bytes`,
        details: { maxBytes },
      })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const EVENTS = ['readable', 'end', 'close', 'error'] as const

function nextEvent(body: Readable, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of EVENTS) body.off(event, done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    for (const event of EVENTS) body.on(event, done)
    signal.addEventListener('abort', done)
  })
}

function brokenOff(cause: unknown): Error {
  return coded('CLIENT_GONE', { message: 'the client broke off its request', cause })
}
