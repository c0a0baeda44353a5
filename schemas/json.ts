// JSON from outside, read by one strict reader: bounded, well-formed, each key once, and nothing that another reader would
// take differently. Errors name source, line and column.
import { coded } from './errors.ts'
import { isMap } from './is-map.ts'
import type { JsonRules } from './json-scan.ts'
import { scanJson } from './json-scan.ts'
import { quote } from './quote.ts'
import { decodeText, looksLikeWebPage, placeIn, requireWellFormed, WEB_PAGE } from './text.ts'

/** Deeper than any document of ours, and shallow enough for everything that walks one. */
const MAX_DEPTH = 64

/** Parses at most `maxBytes` of JSON; throws JSON_INVALID, TEXT_INVALID or LIMIT_EXCEEDED. */
export function parseJson(
  text: string,
  name: string,
  maxBytes: number,
  { numbers = 'exact' }: { readonly numbers?: JsonRules['numbers'] } = {},
): unknown {
  if (text.length > maxBytes || Buffer.byteLength(text) > maxBytes) throw tooLarge(name, maxBytes)
  requireWellFormed(text, name)
  const found = scanJson(text, { maxDepth: MAX_DEPTH, numbers })
  if ('text' in found) return JSON.parse(found.text)
  if (looksLikeWebPage(text)) throw webPage(name)
  const { line, column } = placeIn(text, found.offset)
  throw coded('JSON_INVALID', {
    message: `${quote(name)} is not JSON as octo reads it: line ${line}, column ${column}: ${found.problem}`,
    details: { source: name, line, column },
  })
}

/** The same from bytes. */
export function parseJsonBytes(bytes: Uint8Array, name: string, maxBytes: number): unknown {
  if (bytes.length > maxBytes) throw tooLarge(name, maxBytes)
  return parseJson(decodeText(bytes, name), name, maxBytes)
}

/** One text for one value: keys in code-unit order, no spaces. For digests and comparisons, not for signatures of others. */
export function stableJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (isMap(inner) ? sortKeys(inner) : inner))
}

function sortKeys(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(object)
      .sort()
      .map((key) => [key, object[key]]),
  )
}

function tooLarge(name: string, maxBytes: number): Error {
  return coded('LIMIT_EXCEEDED', {
    message: `${quote(name)} is larger than ${maxBytes} bytes`,
    details: { source: name, maxBytes },
  })
}

function webPage(name: string): Error {
  return coded('JSON_INVALID', {
    message: `${quote(name)} ${WEB_PAGE.message}, expected JSON`,
    details: { source: name },
    hint: WEB_PAGE.hint,
  })
}
