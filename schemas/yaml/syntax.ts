// What is wrong with the syntax of a YAML text, in words of whoever wrote it: the library speaks of implicit keys and compact
// mappings, which nobody has typed.
import type { YAMLError } from 'yaml'
import { omitUndefined } from '../omit-undefined.ts'

type SyntaxProblem = { readonly problem: string; readonly hint?: string }

type Row = { readonly code?: YAMLError['code']; readonly says?: RegExp } & SyntaxProblem

const NO_COLON = {
  problem: 'a key is not followed by `: `',
  hint: 'write `key: value`, with a blank behind the colon; a text of several lines stands in quotes, or below `key: |`',
}

const UNCLOSED = 'close it, and indent its lines more than the key that it stands behind'

/** The first that fits. */
const ROWS: readonly Row[] = [
  { code: 'TAB_AS_INDENT', problem: 'a line is indented by a tab, expected blanks' },
  { says: /^Flow map in block/, problem: '`{` is not closed', hint: UNCLOSED },
  { says: /^Flow sequence in block/, problem: '`[` is not closed', hint: UNCLOSED },
  { says: /^Flow map must end/, problem: '`{` is not closed', hint: UNCLOSED },
  { says: /^Flow sequence must end/, problem: '`[` is not closed', hint: UNCLOSED },
  { says: /^Unexpected , in flow/, problem: 'a comma follows no item' },
  {
    says: /^Sequence item without -/,
    problem: 'a line below a list begins neither an item nor what belongs to one',
    hint: 'begin an item with `- `, and what belongs to it below its first letter',
  },
  { says: /^All mapping items/, problem: 'a key does not begin where those beside it do' },
  { says: /^All sequence items/, problem: 'an item does not begin where those beside it do' },
  { code: 'MULTILINE_IMPLICIT_KEY', ...NO_COLON },
  { says: /^Implicit map keys/, ...NO_COLON },
  {
    code: 'BLOCK_AS_IMPLICIT_KEY',
    problem: 'a value is followed by one more key',
    hint: 'a text that holds `: ` stands in quotes, and keys of one map begin in one column',
  },
  {
    says: /^Missing closing/,
    problem: 'a text in quotes is not closed',
    hint: 'end it with the quote that it begins with, and indent its lines more than its key',
  },
  { says: /^Missing , /, problem: 'two items inside of `{` or `[` have no comma between them' },
  {
    code: 'BAD_SCALAR_START',
    problem: 'a text begins with a sign that YAML keeps for itself',
    hint: 'put the text in quotes',
  },
  {
    code: 'BAD_DQ_ESCAPE',
    problem: 'a text in double quotes holds an escape that there is not',
    hint: 'write `\\\\` for a backslash, or use single quotes',
  },
  { says: /^Unexpected flow-(?:map|seq)-end/, problem: 'a `}` or `]` closes nothing' },
  {
    says: /^Unexpected block-seq-ind/,
    problem: 'a list begins on the line of its key',
    hint: 'begin it on the next line',
  },
  {
    says: /^Unexpected (?:\S+ at node end|scalar token)/,
    problem: 'something follows where a value has ended',
    hint: 'in single quotes a quote is written twice, and keys of one map begin in one column',
  },
  {
    says: /^Block scalar header/,
    problem: 'a text stands on the line of its `|` or `>`',
    hint: 'begin it on the next line',
  },
]

export function syntaxProblem({ code, message }: Pick<YAMLError, 'code' | 'message'>): SyntaxProblem {
  const row = ROWS.find((one) => (one.code === undefined || one.code === code) && (one.says?.test(message) ?? true))
  if (row) return { problem: row.problem, ...omitUndefined({ hint: row.hint }) }
  const [first = ''] = message.split('\n', 1)
  return { problem: first === '' ? 'does not parse' : `${first[0]?.toLowerCase()}${first.slice(1)}` }
}
