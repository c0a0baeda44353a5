// Reads messages of Protocol Buffers as far as a health answer needs it: fields with their numbers, strictly.
import { RpcFailure } from './failure.ts'

export type Field =
  | { readonly number: number; readonly type: 'varint'; readonly value: bigint }
  | { readonly number: number; readonly type: 'bytes'; readonly value: Buffer }
  | { readonly number: number; readonly type: 'fixed' }

const MAX_VARINT_BYTES = 10
const HIGHEST_FIELD = 2n ** 29n - 1n
const HIGHEST_VARINT = 2n ** 64n - 1n
const FIXED_BYTES: Readonly<Record<number, number>> = { 1: 8, 5: 4 }

/** Throws ANSWER_UNREADABLE for anything that is not a whole message. */
export function readFields(message: Buffer): readonly Field[] {
  const fields: Field[] = []
  let rest = message
  while (rest.length > 0) {
    const [field, after] = readField(rest)
    fields.push(field)
    rest = after
  }
  return fields
}

/** The value and what stands behind it; undefined when the bytes end within it. Throws for one that is longer than 64 bits. */
export function readVarint(bytes: Buffer): readonly [value: bigint, rest: Buffer] | undefined {
  let value = 0n
  for (let index = 0; index < Math.min(bytes.length, MAX_VARINT_BYTES); index++) {
    const byte = bytes[index] as number
    value |= BigInt(byte & 0x7f) << BigInt(7 * index)
    if (byte >= 0x80) continue
    if (value > HIGHEST_VARINT) throw unreadable('a number in it is too long')
    return [value, bytes.subarray(index + 1)]
  }
  if (bytes.length >= MAX_VARINT_BYTES) throw unreadable('a number in it is too long')
  return undefined
}

/** A length, and what is of that length. */
export function renderVarint(value: number): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest])
    bytes.push((rest % 128) | 0x80)
  }
}

/** A string or message as the field of that number; nothing at all when it is empty, as the format has it. */
export function renderBytes(number: number, value: Buffer): Buffer {
  if (value.length === 0) return Buffer.alloc(0)
  return Buffer.concat([renderVarint((number << 3) | 2), renderVarint(value.length), value])
}

function readField(bytes: Buffer): readonly [Field, Buffer] {
  const [tag, rest] = wholeVarint(bytes)
  const [number, wire] = [tag >> 3n, Number(tag & 7n)]
  if (number === 0n || number > HIGHEST_FIELD) throw unreadable('a field in it has no number')
  return readValue(Number(number), wire, rest)
}

function readValue(number: number, wire: number, bytes: Buffer): readonly [Field, Buffer] {
  if (wire === 0) {
    const [value, rest] = wholeVarint(bytes)
    return [{ number, type: 'varint', value }, rest]
  }
  if (wire === 2) {
    const [length, rest] = wholeVarint(bytes)
    if (length > BigInt(rest.length)) throw unreadable('it ends within a field')
    return [{ number, type: 'bytes', value: rest.subarray(0, Number(length)) }, rest.subarray(Number(length))]
  }
  const size = FIXED_BYTES[wire]
  if (size === undefined) throw unreadable('a field in it is of no kind that is known')
  if (size > bytes.length) throw unreadable('it ends within a field')
  return [{ number, type: 'fixed' }, bytes.subarray(size)]
}

function wholeVarint(bytes: Buffer): readonly [bigint, Buffer] {
  const read = readVarint(bytes)
  if (read) return read
  throw unreadable('it ends within a number')
}

function unreadable(why: string): RpcFailure {
  return new RpcFailure('ANSWER_UNREADABLE', `the answer is no message of Protocol Buffers: ${why}`)
}
