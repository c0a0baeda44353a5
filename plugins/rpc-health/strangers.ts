// Tells by the first bytes which other protocol a server speaks, so that the result says more than "nonsense".
import { printable } from './failure.ts'

type Stranger = {
  readonly speaks: 'HTTP/1' | 'HTTP/2' | 'TLS' | 'text'
  /** Part of a sentence. */
  readonly words: string
}

/** Undefined when the bytes are of nothing that is known. */
export function recogniseStranger(head: Buffer): Stranger | undefined {
  const text = head.toString('latin1')
  const http = /^HTTP\/1\.[01]/.exec(text)?.[0]
  if (http) return { speaks: 'HTTP/1', words: `it answers in ${http}` }
  if (/^[\x14-\x17]\x03[\x00-\x04]/.test(text)) return { speaks: 'TLS', words: 'it speaks TLS' }
  if (/^\0[\s\S]{2}\x04[\x00\x01]\0\0\0\0/.test(text)) return { speaks: 'HTTP/2', words: 'it speaks HTTP/2' }
  const line = /^[\x20-\x7e]{4,}/.exec(text)?.[0]
  return line === undefined ? undefined : { speaks: 'text', words: `it says \`${printable(line.slice(0, 40))}\`` }
}
