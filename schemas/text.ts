// Text from outside is well-formed Unicode or refused: what is replaced on the way in is not what was sent, hashed or signed,
// and does not come back as it was stored. Nothing else in the product turns bytes of others into text.
import { coded } from './errors.ts'
import { quote } from './quote.ts'

/** Decodes UTF-8 and keeps a byte order mark as text; throws TEXT_INVALID with the first byte that is wrong. */
export function decodeText(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    const at = firstInvalidByte(bytes)
    throw coded('TEXT_INVALID', {
      message: `${quote(name)} is not UTF-8, expected text, found the byte 0x${hex(bytes[at] ?? 0)} at offset ${at}`,
      details: { source: name, offset: at },
      hint: 'save it as UTF-8',
      cause,
    })
  }
}

/** For texts that are no bytes any more; throws TEXT_INVALID for half of a surrogate pair, which no UTF-8 can hold. */
export function requireWellFormed(text: string, name: string): void {
  if (text.isWellFormed()) return
  throw coded('TEXT_INVALID', {
    message: `${quote(name)} holds half of a surrogate pair, expected well-formed Unicode`,
    details: { source: name },
  })
}

/** 1-based line and column of an offset; `\n`, `\r\n` and `\r` end lines. */
export function placeIn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const lines = text.slice(0, offset).split(/\r\n?|\n/)
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
}

/** Whether it begins as web pages do: a login page, an error page or an application's shell in place of a document. */
export function looksLikeWebPage(text: string): boolean {
  return /^[\s\ufeff]*<(?:!doctype|html|head|body|script|!--|\?xml)/i.test(text.slice(0, 1024))
}

/** The sentence for it, and what to do. */
export const WEB_PAGE = {
  message: 'is a web page',
  hint: 'the address may need a login, or something in between answers for it: open it in a browser',
} as const

/** The first byte that a decoder had to replace: up to there text and bytes are the same. */
function firstInvalidByte(bytes: Uint8Array): number {
  const given = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const replaced = Buffer.from(given.toString('utf8'))
  let at = 0
  while (at < given.length && given[at] === replaced[at]) at++
  return Math.min(at, Math.max(0, given.length - 1))
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}
