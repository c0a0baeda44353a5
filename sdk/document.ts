// The JSON document that an operator writes to standard input: arguments that must not be seen, and what the contract adds.
import { readSync } from 'node:fs'
import { isMap } from '../schemas/is-map.ts'
import { invalidOptions } from './result.ts'
import { standStill } from './stand-still.ts'

type Fields = Readonly<Record<string, unknown>>

const MAX_BYTES = 4 * 1024 * 1024
const CHUNK_BYTES = 64 * 1024
const PAUSE_MS = 5

/** Reads standard input to its end; throws InvalidOptions when there is no document of version 1. Never repeats what it says. */
export function readDocument(): Fields {
  const text = readInput()
  if (text.trim() === '') throw invalidOptions('standard input is empty, expected one JSON document: {"v":1,…}')
  const document = fieldsOf(parsed(text), 'standard input')
  if (document.v !== 1) throw invalidOptions('the document on standard input is of another version, expected `"v":1`')
  return document
}

export function argumentsOf({ arguments: given = {} }: Fields): Fields {
  return fieldsOf(given, '`arguments` of the document')
}

export function fieldsOf(value: unknown, what: string): Fields {
  if (isMap(value)) return value
  throw invalidOptions(`${what} is no JSON object`)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The reader's own message shows a part of the text.
    throw invalidOptions('standard input is no JSON')
  }
}

/** Synchronous: streams take longer to load than a document to arrive. */
function readInput(): string {
  const chunks: Buffer[] = []
  for (let size = 0; size <= MAX_BYTES; ) {
    const chunk = Buffer.alloc(CHUNK_BYTES)
    const count = readSome(chunk)
    if (count === 0) return Buffer.concat(chunks).toString('utf8')
    if (count === undefined) continue
    chunks.push(chunk.subarray(0, count))
    size += count
  }
  throw invalidOptions(`standard input is larger than ${MAX_BYTES} bytes`)
}

/** Undefined when nothing has come yet, as whoever holds the other end may have made it not wait. */
function readSome(chunk: Buffer): number | undefined {
  try {
    return readSync(0, chunk)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EOF') return 0
    if (code !== 'EAGAIN') throw error
    standStill(PAUSE_MS)
    return undefined
  }
}
