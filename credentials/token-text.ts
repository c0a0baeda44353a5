// A token as people and secret stores hand it over: one word, with whatever stands around it.
import { coded } from '../schemas/errors.ts'
import { quote } from '../schemas/quote.ts'

/** A token travels in a header, so it is one word. What was found is not shown: it may be half a secret. */
export function cleanToken(text: string, source: string): string {
  const token = withoutQuotes(withoutName(withoutQuotes(text.replace(/^\uFEFF/, '').trim())))
  if (/^[\x21-\x7e]{8,4096}$/.test(token)) return token
  throw coded('UNAUTHENTICATED', {
    message: `${quote(source)} does not hold a token, expected one word of 8 to 4096 characters`,
    hint: '`octo registry token create --help` says how to make one on the registry',
  })
}

/** A line of a file of variables, or the value of a header: no token of octo has `=` or a blank in it. */
function withoutName(text: string): string {
  return text.replace(/^(?:(?:export )?OCTO_TOKEN=|(?:authorization: *)?bearer +)/i, '')
}

function withoutQuotes(text: string): string {
  return /^(["'])(.*)\1$/s.exec(text)?.[2]?.trim() ?? text
}
