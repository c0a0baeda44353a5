// Header fields of a mail: one line each, whatever stands in them, in ASCII.
import { invalidOptions } from '../../sdk/index.ts'
import type { Mailbox } from './address.ts'
import { addressOf, isAscii } from './address.ts'

const MAX_PLAIN = 900
/** So many bytes are 60 characters of base64, and the word is shorter than 75. */
const WORD_BYTES = 45

/** `Name: value`, folded between its parts; throws InvalidOptions for a part that would end the line and begin a field of its own. */
export function headerField(name: string, parts: readonly string[]): string {
  if (parts.some((part) => /[\r\n\0]/.test(part)))
    throw invalidOptions(`the ${name} of the mail would hold a line break or NUL, expected one line`)
  return `${name}: ${parts.join('\r\n ')}`
}

/** Text as it stands, or as the encoded words of RFC 2047. */
export function encodedText(text: string): string[] {
  const isPlain = isAscii(text) && !text.includes('=?') && text.length <= MAX_PLAIN
  // A line break is not hidden in base64: the field has to refuse it.
  if (isPlain || /[\r\n\0]/.test(text)) return [text]
  return pieces(text.toWellFormed()).map((piece) => `=?UTF-8?B?${Buffer.from(piece).toString('base64')}?=`)
}

/** All of them in one field, each on a line of its own. */
export function mailboxes(all: readonly Mailbox[]): string[] {
  return all.flatMap((mailbox, at) => {
    const parts = mailboxParts(mailbox)
    return at < all.length - 1 ? [...parts.slice(0, -1), `${parts.at(-1)},`] : parts
  })
}

function mailboxParts(mailbox: Mailbox): string[] {
  const { name } = mailbox
  const address = addressOf(mailbox)
  if (name === undefined) return [address]
  return isAscii(name) ? [`"${name.replace(/[\\"]/g, '\\$&')}" <${address}>`] : [...encodedText(name), `<${address}>`]
}

/** No piece ends within a character. */
function pieces(text: string): string[] {
  const all: string[] = []
  let piece = ''
  for (const character of text) {
    if (Buffer.byteLength(piece + character) > WORD_BYTES) {
      all.push(piece)
      piece = ''
    }
    piece += character
  }
  return [...all, piece]
}
