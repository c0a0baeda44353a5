// Mutations of good JSON: what our reader takes, others take as the same value.
import { parseJsonBytes } from '../schemas/json.ts'
import { blocksOf } from '../test/support/octo/document-blocks.ts'
import { mutated } from './mutation.ts'
import type { Random } from './random.ts'
import type { Question } from './readers.ts'

const GOOD = [
  '{"v":1,"status":"ok","summary":"grün 😀","metrics":[{"name":"t","value":-1.5e-3}],"a":{"b":[true,false,null]}}',
  // Statements, lockfiles, plugin and repo documents as FORMATS.md shows them.
  ...blocksOf('docs/FORMATS.md').flatMap(({ language, text }) => (language === 'json' ? [text] : [])),
]
const PIECES = [
  ...[
    '"a":1,',
    '"\\u0061":2,',
    '"__proto__":{},',
    '"\\u005f_proto__":1,',
    '"",',
    '{}',
    '[]',
    'true',
    'null',
    'nul',
    'TRUE',
  ],
  ...[
    '\\ud800',
    '\\ud83d\\ude00',
    '\\u0000',
    '\\u00',
    '\\x41',
    "\\'",
    '\\/',
    '\\b',
    '\\uD834\\uDD1E',
    '\\udc00\\ud800',
  ],
  ...[
    '1e999',
    '-0',
    '0.0',
    '01',
    '1.',
    '.5',
    '+1',
    '0x10',
    'NaN',
    'Infinity',
    '1e-400',
    '1_0',
    '1E5',
    '-',
    'e',
    '123e-2',
  ],
  ...[
    '9007199254740993',
    '9007199254740992',
    '1e22',
    '10000000000000000000000',
    '0.1000000000000000055511151231257827',
  ],
  ...[
    ',',
    ':',
    '[',
    ']',
    '{',
    '}',
    '"',
    '\\',
    '\n',
    '\t',
    '\f',
    '\v',
    '\ufeff',
    ' ',
    '\u00a0',
    '/',
    '//',
    '/**/',
    '\u2028',
  ],
]

/** Undefined where it is refused. */
export function aJsonDocument(random: Random): Question {
  const bytes = mutated(Buffer.from(random.of(GOOD)), PIECES, random)
  return { kind: 'json', bytes, ours: parseJsonBytes(bytes, 'fuzz', 100_000), refusals: 'differ' }
}
