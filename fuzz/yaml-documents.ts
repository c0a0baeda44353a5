// YAML in which nothing may be ambiguous: mutated manifests, numbers of many spellings, texts put together of YAML's own signs.
// What our reader takes is the same to readers of YAML 1.1 and 1.2, or refused by them.
import { decodeText } from '../schemas/text.ts'
import { MANIFEST_YAML, parseYaml } from '../schemas/yaml/parse.ts'
import { blocksOf } from '../test/support/octo/document-blocks.ts'
import { mutated } from './mutation.ts'
import type { Random } from './random.ts'
import type { Question } from './readers.ts'

const MANIFESTS = blocksOf('docs/FORMATS.md').flatMap(({ kind, text }) => (kind === 'plugin.yaml' ? [text] : []))

const YAML_SCALARS = [
  ...['yes', 'NO', 'on', 'y', 'true', 'True', 'TRUE', 'null', 'Null', '~', '.inf', '-.INF', '.nan', '=', '<<', 'x'],
  ...[
    '010',
    '0o10',
    '0x10',
    '0X1F',
    '0b1',
    '1_000',
    '1:30',
    '2026-01-01',
    '2026-01-01T00:00:00Z',
    '1e3',
    '1.e+3',
    '.5',
    '5.',
  ],
  ...[
    '+1',
    '-0',
    '-.5',
    '+.5e-3',
    '9007199254740993',
    '1e400',
    '12e03',
    '0.',
    '00',
    '-01',
    '1__',
    '_1',
    '0x',
    '1.10',
    '12:00',
  ],
  ...[
    '"\\x41"',
    '"\\u0085"',
    '"\\U0001F600"',
    '"\\/"',
    '"a\\\n  b"',
    "'it''s'",
    '"\\e"',
    '"\\ "',
    '"\\_"',
    '"\\N"',
    "'\n\n'",
  ],
]
export const YAML_PIECES = [
  ...YAML_SCALARS,
  ...[
    '&a ',
    '*a',
    '&a',
    '*a : ',
    '<<: *a\n',
    '<<: {x: 1}\n',
    '!!str ',
    '!!int ',
    '!!float ',
    '!!bool ',
    '!!null ',
    '! ',
    '!x ',
  ],
  ...[
    '!!map ',
    '!!seq ',
    '!<tag:yaml.org,2002:str> ',
    '|\n',
    '>\n',
    '|-\n ',
    '>+\n ',
    '|2\n  ',
    '>-\n  a\n\n   b\n',
    '# c\n',
    ' #',
    '#',
  ],
  ...[
    '---\n',
    '...\n',
    '--- ',
    '%YAML 1.1\n---\n',
    '%YAML 1.2\n---\n',
    '%TAG ! tag:x,1:\n---\n',
    '\ufeff',
    '\u0085',
    '\u2028',
    '\u00a0',
  ],
  ...[
    '\n',
    '\n  ',
    '\n    ',
    '\n\n',
    '\r',
    '\r\n',
    '\t',
    ' ',
    '  ',
    ': ',
    ':',
    '? ',
    '- ',
    '-',
    '- - ',
    ', ',
    ',',
    '[',
    ']',
    '{',
    '}',
  ],
  ...[
    'a: ',
    'b: ',
    '"k": ',
    "'k':",
    '"k":',
    '1: ',
    'true: ',
    '@',
    '`',
    '%',
    '"',
    "'",
    '\\',
    '|',
    '>',
    '&',
    '*',
    '!',
    'ä',
    '😀',
  ],
]
const NUMBER_SIGNS = [
  '0',
  '1',
  '7',
  '8',
  '9',
  '0',
  '1',
  '+',
  '-',
  '.',
  '_',
  ':',
  'e',
  'E',
  'x',
  'X',
  'o',
  'b',
  'a',
  'f',
  ' ',
  'T',
  'Z',
]

/** Undefined for a text alone, which no document of ours is. */
export function aManifest(random: Random): Question | undefined {
  const bytes =
    random.below(3) === 0 ? mutated(Buffer.from(random.of(MANIFESTS)), YAML_PIECES, random) : aYamlText(random)
  const { value } = parseYaml(decodeText(bytes, 'fuzz'), 'fuzz', MANIFEST_YAML)
  return typeof value === 'string' ? undefined : { kind: 'yaml', bytes, ours: value, refusals: 'agree' }
}

/** A number of some spelling, or signs put together. */
function aYamlText(random: Random): Buffer {
  if (random.below(2) === 0) return Buffer.from(`a: ${random.some(NUMBER_SIGNS, 1, 8)}\n`)
  return Buffer.from(`${random.of(['', 'a: ', 'a:\n  ', '- '])}${random.some(YAML_PIECES, 1, 8)}\n`)
}
