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

type CodesOfLength = { first: number; readonly symbols: number[] }

/** Throws PROTOCOL_ERROR where the string breaks off within a code or holds its own end. */
export function decodeHuffman(bytes: Buffer): string {
  codes ??= codesByLength()
  const symbols: number[] = []
  let code = 0
  let length = 0
  for (const byte of bytes)
    for (let bit = 7; bit >= 0; bit--) {
      code = code * 2 + ((byte >> bit) & 1)
      length += 1
      const ofLength = codes[length]
      const symbol = ofLength?.symbols[code - ofLength.first]
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

/** Made when the first text needs it. */
let codes: readonly CodesOfLength[] | undefined

function codesByLength(): readonly CodesOfLength[] {
  const all = Array.from({ length: MAX_LENGTH + 1 }, (): CodesOfLength => ({ first: 0, symbols: [] }))
  for (let symbol = 0; symbol <= END_OF_STRING; symbol++)
    all[Number.parseInt(LENGTHS.charAt(symbol), 36)]?.symbols.push(symbol)
  let first = 0
  for (const ofLength of all) {
    ofLength.first = first
    first = (first + ofLength.symbols.length) * 2
  }
  return all
}
