// Headers as HTTP/2 carries them (HPACK, RFC 7541), without a dynamic table: the settings that we send forbid one, and what we
// write uses none. What comes is held to bounds before it is unpacked.
import { protocolError, tooMuch } from '../../rpc-health/failure.ts'
import { decodeHuffman } from './huffman.ts'
import { STATIC_TABLE } from './static-table.ts'

export type HeaderField = readonly [name: string, value: string]

/** Of a block as it comes; gRPC's own default is 16 KiB. */
export const MAX_BLOCK_BYTES = 16 * 1024
/** Huffman codes have five bits at least: a block unpacks to little more. One byte may stand for a whole row of the table. */
const MAX_FIELDS = 256
const MAX_INTEGER = 2 ** 24

/** Each field as a literal that is not to be indexed, its text as it is. */
export function encodeHeaders(fields: readonly HeaderField[]): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), literal(name), literal(value)]))
}

function literal(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1')
  return Buffer.concat([encodeInteger(bytes.length), bytes])
}

/** With seven bits in the first byte, as lengths have them. */
function encodeInteger(value: number): Buffer {
  if (value < 127) return Buffer.from([value])
  const bytes = [127]
  let rest = value - 127
  for (; rest >= 128; rest >>= 7) bytes.push((rest & 127) | 128)
  return Buffer.from([...bytes, rest])
}

type Cursor = { readonly bytes: Buffer; at: number }

/** Throws PROTOCOL_ERROR or LIMIT_EXCEEDED. */
export function decodeHeaders(block: Buffer): readonly HeaderField[] {
  if (block.length > MAX_BLOCK_BYTES) throw tooMuch(`its headers are longer than ${MAX_BLOCK_BYTES / 1024} KiB`)
  const cursor: Cursor = { bytes: block, at: 0 }
  const fields: HeaderField[] = []
  while (cursor.at < block.length) {
    const field = decodeField(cursor, fields.length === 0)
    if (field) fields.push(field)
    if (fields.length > MAX_FIELDS) throw tooMuch(`it sends more than ${MAX_FIELDS} headers`)
  }
  return fields
}

/** Undefined for a change of the table's size, which may only stand in front. */
function decodeField(cursor: Cursor, isInFront: boolean): HeaderField | undefined {
  const byte = byteAt(cursor, cursor.at)
  if (byte & 0x80) return tableRow(decodeInteger(cursor, 7))
  if (byte & 0x40) return decodeLiteral(cursor, 6)
  if (byte & 0x20) return decodeTableSize(cursor, isInFront)
  return decodeLiteral(cursor, 4)
}

function decodeLiteral(cursor: Cursor, bits: number): HeaderField {
  const index = decodeInteger(cursor, bits)
  const name = index === 0 ? decodeText(cursor) : tableRow(index)[0]
  return [name, decodeText(cursor)]
}

function decodeTableSize(cursor: Cursor, isInFront: boolean): undefined {
  const size = decodeInteger(cursor, 5)
  if (!isInFront || size !== 0) throw protocolError('its headers make use of a table that was not allowed')
}

function tableRow(index: number): HeaderField {
  const row = STATIC_TABLE[index - 1]
  if (row) return row
  throw protocolError('its headers refer to others that were never sent')
}

function decodeText(cursor: Cursor): string {
  const isHuffman = (byteAt(cursor, cursor.at) & 0x80) !== 0
  const length = decodeInteger(cursor, 7)
  const end = cursor.at + length
  if (end > cursor.bytes.length) throw cutOff()
  const text = cursor.bytes.subarray(cursor.at, end)
  cursor.at = end
  return isHuffman ? decodeHuffman(text) : text.toString('latin1')
}

function decodeInteger(cursor: Cursor, bits: number): number {
  const mask = 2 ** bits - 1
  let value = byteAt(cursor, cursor.at++) & mask
  if (value < mask) return value
  for (let factor = 1; factor <= MAX_INTEGER; factor *= 128) {
    const byte = byteAt(cursor, cursor.at++)
    value += (byte & 127) * factor
    if (value > MAX_INTEGER) break
    if (byte < 128) return value
  }
  throw protocolError('its headers hold a number that is too long')
}

function byteAt({ bytes }: Cursor, at: number): number {
  const byte = bytes[at]
  if (byte === undefined) throw cutOff()
  return byte
}

function cutOff(): Error {
  return protocolError('its headers end within one')
}
