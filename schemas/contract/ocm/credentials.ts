// Credentials of a call travel in the header `Authorization`, as the JSON of one typed object: no scheme, no base64.
import { canonicalJson } from '../../canonical-json.ts'
import { coded } from '../../errors.ts'
import { isMap } from '../../is-map.ts'
import { parseJson } from '../../json.ts'
import { parseShape } from '../../shape.ts'
import type { CredentialsRule } from './endpoints.ts'
import type { Typed } from './type-name.ts'
import { typedShape } from './type-name.ts'

export const CREDENTIALS_HEADER = 'authorization'
/** Go's servers take a megabyte of headers; a server of Node has to be told to. */
export const MAX_CREDENTIALS_BYTES = 512 * 1024

/** What the header carries for an endpoint of this rule; undefined where it is left out. Throws LIMIT_EXCEEDED. */
export function renderCredentials(credentials: Typed | undefined, rule: CredentialsRule): string | undefined {
  if (rule === 'never') return undefined
  if (credentials === undefined) return rule === 'given' ? undefined : '{}'
  const value = inAscii(canonicalJson(credentials))
  if (value.length <= MAX_CREDENTIALS_BYTES) return value
  throw coded('LIMIT_EXCEEDED', {
    message: `credentials of ${value.length} bytes are too long for the header in which they travel, expected at most ${MAX_CREDENTIALS_BYTES}`,
    details: { bytes: value.length, limit: MAX_CREDENTIALS_BYTES },
    hint: 'give a token or the path of a private file in their place: `octo plugin call ENDPOINT REQUEST --credentials FILE`',
  })
}

/**
 * What a header brought, as Node hands it over, or undefined where it brought none. Throws JSON_INVALID, LIMIT_EXCEEDED or
 * FORMAT_INVALID, and repeats no value.
 */
export function parseCredentials(header: string | undefined): Typed | undefined {
  if (header === undefined) return undefined
  // Managers of Go send UTF-8, which Node reads byte by byte.
  const text = Buffer.from(header, 'latin1').toString('utf8')
  const found = parseJson(text, CREDENTIALS_HEADER, MAX_CREDENTIALS_BYTES, { numbers: 'rounded' })
  if (isEmptyObject(found)) return undefined
  return parseShape(typedShape, found, { name: CREDENTIALS_HEADER })
}

function isEmptyObject(value: unknown): boolean {
  return isMap(value) && Object.keys(value).length === 0
}

const IS_ASCII = /^[\x20-\x7e]*$/

/** A header is read as bytes by some and as text by others: escapes are the same to all. */
function inAscii(json: string): string {
  return IS_ASCII.test(json)
    ? json
    : json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
