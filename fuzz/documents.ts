// Mutations of good JSON: what our reader takes, the second reader takes as the same value.
import { isDeepStrictEqual } from 'node:util'
import { isCoded } from '../schemas/errors.ts'
import { parseJsonBytes } from '../schemas/json.ts'
import type { Random } from './random.ts'
import type { SecondReader } from './second-reader.ts'

const GOOD = [
  '{"v":1,"status":"ok","summary":"grün 😀","metrics":[{"name":"t","value":-1.5e-3}],"a":{"b":[true,false,null]}}',
  '{"format":"octo.lock/v1","plugins":{"core/hello":{"serial":12,"ranges":["^1.2","*"],"size":9007199254740991}}}',
]
const PIECES = [
  ...[
    '"a":1,',
    '"\\u0061":2,',
    '"__proto__":{},',
    '\\ud800',
    '\\ud83d\\ude00',
    '\\u0000',
    '1e999',
    '-0',
    '0.0',
    '01',
    '1.',
    'NaN',
  ],
  ...[
    '9007199254740993',
    '1E5',
    ',',
    ':',
    '[',
    ']',
    '{',
    '}',
    '"',
    '\\',
    '\n',
    '\ufeff',
    ' ',
    '/',
    '\u2028',
    'null',
    '-',
    'e',
  ],
]

/** A description of the difference, or undefined. */
export async function fuzzDocument(random: Random, second: SecondReader | undefined): Promise<string | undefined> {
  const bytes = mutated(Buffer.from(random.of(GOOD)), random)
  let ours: unknown
  try {
    ours = parseJsonBytes(bytes, 'fuzz', 100_000)
  } catch (error) {
    if (isCoded(error)) return undefined
    return `crashed on ${JSON.stringify(bytes.toString('latin1'))}: ${error}`
  }
  const theirs = second === undefined ? { value: ours } : await second.read('json', bytes)
  // Python tells 1 from 1.0 and 0 from -0.0, which are one number in every text of ours.
  const same = theirs !== undefined && isDeepStrictEqual(plain(ours), plain(theirs.value))
  return same ? undefined : `two readers of ${JSON.stringify(bytes.toString('latin1'))}`
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

function mutated(good: Buffer, random: Random): Buffer {
  let bytes = good
  for (let left = 1 + random.below(3); left > 0; left--) {
    const [at, length] = [random.below(bytes.length), random.below(4)]
    const piece = random.below(4) === 0 ? Buffer.from([random.below(256)]) : Buffer.from(random.of(PIECES))
    bytes = Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + length)])
  }
  return bytes
}
