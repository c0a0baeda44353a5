// YAML that we publish: of whatever plain data it is written, every reader reads that data.
import { parseYaml, SERVED_YAML } from '../schemas/yaml/parse.ts'
import { yamlText } from '../static-tree/render/yaml-text.ts'
import type { Random } from './random.ts'
import type { Question } from './readers.ts'
import { YAML_PIECES } from './yaml-documents.ts'

const ODD = [
  '{{',
  '{',
  '\u007f',
  '\u009f',
  '\ufffe',
  '\uffff',
  '\ufeff',
  '\u0001',
  '\u001b',
  '\v',
  '\u200b',
  '\u202e',
  '\ud7ff',
]
const TEXTS = [...YAML_PIECES, ...ODD, 'a', ' ', '\u{10ffff}', '\u{1f600}']

/** Its `ours` is what was to be written, once our own reader has read it again. */
export function aPublishedDocument(random: Random): Question {
  const written = aMap(random, 0)
  const text = yamlText(written)
  const { value } = parseYaml(text, 'fuzz', SERVED_YAML)
  if (JSON.stringify(value) !== JSON.stringify(written)) throw new Error(`octo reads its own ${text} as other data`)
  return { kind: 'yaml', bytes: Buffer.from(text), ours: written, refusals: 'differ' }
}

function aMap(random: Random, depth: number): Record<string, unknown> {
  const entries = Array.from({ length: 1 + random.below(3) }, () => [aKey(random), aValue(random, depth + 1)])
  return Object.fromEntries(entries)
}

function aKey(random: Random): string {
  const key = random.below(2) === 0 ? random.of(['a', 'b-c', 'no', 'Y', 'null', 'x1']) : random.some(TEXTS, 1, 3)
  return key === '__proto__' ? 'proto' : key
}

function aValue(random: Random, depth: number): unknown {
  const kind = random.below(depth > 3 ? 4 : 6)
  if (kind === 0) return random.of([0, 1, 8, -7, 1_700_000_000_000, Number.MAX_SAFE_INTEGER])
  if (kind === 1) return random.below(2) === 0
  if (kind < 4) return random.some(TEXTS, 0, 6)
  if (kind === 4) return aMap(random, depth)
  return Array.from({ length: random.below(3) }, () => aValue(random, depth + 1))
}
