// A typed line is cut as a shell would cut it, and what a shell would compute is a word that nobody here knows.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Shell } from '../../completion/split-line.ts'
import { splitLine } from '../../completion/split-line.ts'

const BREAKS = ' \t\n"\'@><=;|&(:'
const COMPUTED = undefined

type Row = readonly [line: string, words: readonly (string | undefined)[], current: string | undefined]

const ROWS: readonly Row[] = [
  ['octo ', ['octo'], ''],
  ['octo', [], 'octo'],
  ['  octo   run  check', ['octo', 'run'], 'check'],
  ['octo run check-tcp@1.', ['octo', 'run'], 'check-tcp@1.'],
  ['octo check --config=my\\ file', ['octo', 'check'], '--config=my file'],
  ['octo check -c "my file', ['octo', 'check', '-c'], 'my file'],
  ["octo check -c 'a$(b)", ['octo', 'check', '-c'], 'a$(b)'],
  ['octo check -c "a\\$b', ['octo', 'check', '-c'], 'a$b'],
  ['octo check "" ', ['octo', 'check', ''], ''],
  ['octo run $(touch X) ', ['octo', 'run', COMPUTED], ''],
  ['octo run "$(touch "X Y")" ', ['octo', 'run', COMPUTED], ''],
  ['octo run `touch X` c', ['octo', 'run', COMPUTED], 'c'],
  ['octo run `touch X', ['octo', 'run'], COMPUTED],
  ['octo run $(touch X', ['octo', 'run'], COMPUTED],
  ['octo run $HOME/a', ['octo', 'run'], COMPUTED],
  ['octo run ${HOME:-a b}c d', ['octo', 'run', COMPUTED], 'd'],
  ['octo run <(touch X) d', ['octo', 'run', COMPUTED], 'd'],
  ['octo run (touch X) d', ['octo', 'run', COMPUTED], 'd'],
  ['ls; octo check ', ['octo', 'check'], ''],
  ['octo check && octo ru', ['octo'], 'ru'],
  ['octo list | grep ', ['grep'], ''],
  ['octo check > out.txt --js', ['octo', 'check'], '--js'],
  ['octo check \\', ['octo', 'check'], ''],
]

for (const [line, words, current] of ROWS)
  test(`cuts ${JSON.stringify(line)}`, () => {
    const found = splitLine(line, { shell: 'bash', breaks: BREAKS })
    assert.deepEqual([found.words, found.current.text], [words, current])
  })

test('a word behind > is known as a file', () => {
  assert.equal(splitLine('octo check >o', { shell: 'bash', breaks: '' }).current.isRedirected, true)
  assert.equal(splitLine('octo check >o ', { shell: 'bash', breaks: '' }).current.isRedirected, false)
})

const REPLACED: readonly (readonly [line: string, breaks: string, rest: string])[] = [
  ['octo run a@1.', BREAKS, '@1.'],
  ['octo run a@1.', '', 'a@1.'],
  ['octo run a@', BREAKS, '@'],
  ['octo check --config=/x', BREAKS, '/x'],
  ['octo check --config=/x', ' \t\n', '--config=/x'],
  ['octo check "a@b', BREAKS, 'a@b'],
  ['octo check a\\@b', BREAKS, 'a@b'],
]
for (const [line, breaks, rest] of REPLACED)
  test(`of ${JSON.stringify(line)}, bash with ${breaks === '' ? 'no' : `${breaks.length}`} breaks replaces ${JSON.stringify(rest)}`, () => {
    const { text = '', replacedFrom } = splitLine(line, { shell: 'bash', breaks }).current
    assert.equal(text.slice(replacedFrom), rest)
  })

test('fish escapes a quotation mark between single ones', () => {
  assert.equal(splitLine("octo run 'it\\'s", { shell: 'fish', breaks: '' }).current.text, "it's")
})

test('any line is cut, and every part of it that is plain comes back', () => {
  const shell = fc.constantFrom<Shell>('bash', 'zsh', 'fish')
  const piece = fc.constantFrom(
    '$(',
    ')',
    '`',
    '"',
    "'",
    '\\',
    ' ',
    '{',
    '}',
    ';',
    '<',
    '@',
    'a',
    '$',
    '\n',
    'ü',
    '\u0000',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), shell, (pieces, kind) => {
      const { words, current } = splitLine(pieces.join(''), { shell: kind, breaks: '@=' })
      assert.ok(
        words.length <= pieces.length &&
          (current.text ?? '').length >= (current.text === undefined ? 0 : current.replacedFrom),
      )
    }),
  )
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z0-9@=:,./-]+$/), { maxLength: 8 }), (plain) => {
      assert.deepEqual(splitLine(`${plain.join(' ')} `, { shell: 'bash', breaks: '@=:' }).words, plain)
    }),
  )
})
