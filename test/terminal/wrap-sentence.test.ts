import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coded } from '../../schemas/errors.ts'
import { renderError } from '../../terminal/render-error.ts'
import { openTerminal } from '../../terminal/terminal.ts'
import { wrapSentence } from '../../terminal/wrap-sentence.ts'
import { collectedStreams } from '../support/machine/collected-streams.ts'

const ROWS: readonly (readonly [text: string, width: number, lines: readonly string[]])[] = [
  ['it fits', 80, ['it fits']],
  ['one two three', 8, ['one two', '  three']],
  ['  two  spaces stay', 14, ['  two  spaces', '  stay']],
  ['run `octo check web` to see', 19, ['run', '  `octo check web`', '  to see']],
  ['run `octo check web --frozen` now', 16, ['run', '`octo check web --frozen`', '  now']],
  ['see https://example.com/a/long/one now', 20, ['see', 'https://example.com/a/long/one', '  now']],
  ['a lone ` breaks nothing', 12, ['a lone `', '  breaks', '  nothing']],
  ['first line\nand a second one', 12, ['first line', 'and a second', '  one']],
  ['日本語 説明 です', 8, ['日本語', '  説明', '  です']],
]
for (const [text, width, lines] of ROWS)
  test(`${JSON.stringify(text)} in ${width} cells is ${lines.length} lines`, () =>
    assert.deepEqual(wrapSentence(text, { width }).split('\n'), lines))

test('lines below the first begin where they are told to, as long as there is room', () => {
  const text = '  signer    one two three four'
  assert.equal(wrapSentence(text, { width: 32, indent: 12 }), text)
  assert.equal(wrapSentence(text, { width: 25, indent: 4 }), '  signer    one two three\n    four')
  assert.equal(wrapSentence(text, { width: 25, indent: 12 }), '  signer    one two three\n  four')
})

test('an error has its command whole on a narrow terminal, and is one line for each of its parts elsewhere', () => {
  const error = coded('PLUGIN_NOT_FOUND', {
    message: 'no repo of the config offers a plugin `chek-http`',
    details: { repos: ['core', 'more'] },
    hint: 'did you mean `core/check-http`? `octo info core/check-http` shows it',
  })
  assert.equal(
    renderError(error, undefined, 44),
    [
      'error[PLUGIN_NOT_FOUND]: no repo of the',
      '  config offers a plugin `chek-http`',
      '  repos  core, more',
      'hint: did you mean `core/check-http`?',
      '  `octo info core/check-http` shows it',
    ].join('\n'),
  )
  assert.equal(renderError(error).split('\n').length, 3)
})

test('what a command says beside its data is wrapped on a terminal only', () => {
  for (const tty of [true, false]) {
    const streams = collectedStreams({ tty, columns: 20 })
    const terminal = openTerminal({ color: false }, streams)
    terminal.warn('this is a longer one')
    terminal.info('and this is longer too')
    terminal.sentence('so is this sentence here')
    assert.equal(streams.stderr().split('\n').length, tty ? 5 : 3, streams.stderr())
    assert.equal(streams.stdout().split('\n').length, tty ? 3 : 2, streams.stdout())
  }
})
