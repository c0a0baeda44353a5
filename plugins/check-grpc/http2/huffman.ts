// Decodes the Huffman code of HPACK (RFC 7541, appendix B). Codes of one length follow each other in the order of their
// symbols, so the lengths alone give the code.
import { protocolError } from '../../rpc-health/failure.ts'

/** The code length of each byte and, last, of the end of the string: digits of base 36. */
const LENGTHS = [
  'dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6ca',
  'd67777777777777777777777878djde6f56565666577666567655677777fbeds',
  'kmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmn',
  'qqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrq',
  'u',
].join('')
const END_OF_STRING = 256
const MAX_LENGTH = 30
/** Fewer than eight bits may be left over, the first ones of the end of the string. */
const MAX_PADDING = 7

type CodesOfLength = { readonly first: number; readonly symbols: readonly number[] }

/** Throws PROTOCOL_ERROR where the string breaks off within a code or holds its own end. */
export function decodeHuffman(bytes: Buffer): string {
  const symbols: number[] = []
  let code = 0
  let length = 0
  for (const byte of bytes)
    for (let bit = 7; bit >= 0; bit--) {
      code = code * 2 + ((byte >> bit) & 1)
      length += 1
      const symbol = symbolOf(code, length)
      if (symbol === undefined) continue
      if (symbol === END_OF_STRING) throw protocolError('a header of the answer holds the end of its text')
      symbols.push(symbol)
      code = 0
      length = 0
    }
  if (length > MAX_PADDING || code !== 2 ** length - 1)
    throw protocolError('a header of the answer ends within a character')
  return Buffer.from(symbols).toString('latin1')
}

function symbolOf(code: number, length: number): number | undefined {
  const codes = CODES[length]
  return codes?.symbols[code - codes.first]
}

const CODES: readonly CodesOfLength[] = codesByLength()

function codesByLength(): CodesOfLength[] {
  const all: CodesOfLength[] = []
  let first = 0
  for (let length = 0; length <= MAX_LENGTH; length++) {
    const symbols = [...LENGTHS].flatMap((digit, symbol) => (Number.parseInt(digit, 36) === length ? [symbol] : []))
    all.push({ first, symbols })
    first = (first + symbols.length) * 2
  }
  return all
}
