// Tells a web page from the document that was asked for: login pages, captive networks and hosts that answer every address
// with their start page send one with status 200.
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { looksLikeWebPage } from '../../schemas/text.ts'

/** By what it says it is, or by how it begins. */
export function isWebPage(contentType: string | undefined, text: string): boolean {
  if (/^\s*(text\/html|application\/xhtml\+xml)\b/i.test(contentType ?? '')) return true
  return looksLikeWebPage(text)
}

export function webPageInstead(address: string, expected: string): Error {
  return coded('FETCH_REFUSED', {
    message: `${quote(address)} answers with a web page, expected ${expected}`,
    details: { url: address },
    hint: 'the address may need a login, or something in between answers for it: open it in a browser',
  })
}
