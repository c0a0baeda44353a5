// The text of a file with a secret, as shells and secret stores write it: PowerShell's `>` makes UTF-16.
import { decodeText } from '../schemas/text.ts'

/** UTF-16 where a byte order mark says so, else UTF-8, in any case without the mark. Throws TEXT_INVALID. */
export function textOfSecret(bytes: Uint8Array, name: string): string {
  const wide = wideEncodingOf(bytes)
  if (wide === undefined) return decodeText(bytes, name).replace(/^\ufeff/, '')
  const text = new TextDecoder(wide).decode(bytes)
  // Half a character is replaced, and so is what the bytes never were: UTF-8 shows which byte it is.
  return text.includes('\ufffd') ? decodeText(bytes, name) : text
}

/** The same where parts that nobody asks for may be no text: what is none is U+FFFD there. */
export function lenientTextOf(bytes: Uint8Array): string {
  return new TextDecoder(wideEncodingOf(bytes) ?? 'utf-8').decode(bytes)
}

function wideEncodingOf([first, second]: Uint8Array): string | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined
}
