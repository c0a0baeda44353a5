// How a token is written: `octo_`, 43 base62 characters (256 bits), 6 characters of CRC-32. The prefix lets secret scanners
// find a leaked one, the checksum tells a typing mistake from a revoked token without looking anything up.
import { createHash, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const SECRET_LENGTH = 43
const CHECKSUM_LENGTH = 6
const PATTERN = new RegExp(`^octo_[0-9A-Za-z]{${SECRET_LENGTH + CHECKSUM_LENGTH}}$`)

/** A new token. It exists in the clear only in the answer that gives it out. */
export function createTokenText(): string {
  const secret = Array.from({ length: SECRET_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  return `octo_${secret}${checksumOf(secret)}`
}

export function isTokenText(text: string): boolean {
  if (!PATTERN.test(text)) return false
  const secret = text.slice('octo_'.length, -CHECKSUM_LENGTH)
  return checksumOf(secret) === text.slice(-CHECKSUM_LENGTH)
}

/** What is stored of a token. 256 random bits need no slow hash. */
export function tokenDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function checksumOf(secret: string): string {
  let rest = crc32(secret)
  let text = ''
  for (let digit = 0; digit < CHECKSUM_LENGTH; digit++) {
    text = ALPHABET[rest % ALPHABET.length] + text
    rest = Math.floor(rest / ALPHABET.length)
  }
  return text
}
