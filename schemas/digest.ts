// The identity of bytes: `sha256:<hex>`.
import { createHash } from 'node:crypto'
import { coded } from './errors.ts'
import { quote } from './quote.ts'

declare const digestBrand: unique symbol
/** `sha256:` followed by 64 lowercase hex digits. */
export type Digest = string & { readonly [digestBrand]: true }

export const DIGEST_PATTERN = /^sha256:[0-9a-f]{64}$/

export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && text.length === 71 && DIGEST_PATTERN.test(text)
}

/** Throws DIGEST_INVALID. */
export function parseDigest(text: unknown): Digest {
  if (isDigest(text)) return text
  throw coded('DIGEST_INVALID', { message: `expected \`sha256:\` and 64 hex digits, found ${quote(text)}` })
}

export function digestOf(bytes: Uint8Array | string): Digest {
  return digestFromHex(createHash('sha256').update(bytes).digest('hex'))
}

export function digestFromHex(hex: string): Digest {
  return parseDigest(`sha256:${hex}`)
}

/** The 64 hex digits alone, as file names and in-toto subjects carry them. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length)
}
