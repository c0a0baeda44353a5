// What octo answers to a first word that it does not know.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WORDS } from '../../terminal/commands.ts'
import { unknownWord } from '../../terminal/overview.ts'

const ALL = '`octo --help` lists all words'
const didYouMean = (words: string) => `did you mean \`octo ${words}\`? ${ALL}`

const ROWS: readonly (readonly [typed: string, hint: string])[] = [
  ['instal', didYouMean('install')],
  ['Check', didYouMean('check')],
  ['verison', didYouMean('--version')],
  ['version', didYouMean('--version')],
  ['halp', didYouMean('--help')],
  ['frobnicate', 'run `octo --help` for all words'],
  ['', 'run `octo --help` for all words'],
  ['--verison', didYouMean('--version')],
  ['--vesion', didYouMean('--version')],
  ['-version', didYouMean('--version')],
  ['--Version', didYouMean('--version')],
  ['-v', didYouMean('--version')],
  ['--hlep', didYouMean('--help')],
  ['-help', didYouMean('--help')],
  ['--lsit', didYouMean('list')],
  ['--install', didYouMean('install')],
  ['-x', `options stand behind a word: ${ALL}`],
  ['--json', `options stand behind a word: ${ALL}`],
  ['--', `options stand behind a word: ${ALL}`],
]

test('a first word that octo does not know leads to the nearest word or option', () => {
  for (const [typed, hint] of ROWS) {
    const { code, message, hint: found } = unknownWord(typed, WORDS)
    const kind = typed.startsWith('-') ? 'option' : 'word'
    assert.deepEqual([code, message, found], ['USAGE', `octo has no ${kind} \`${typed}\``, hint], typed)
  }
})

test('the quick start, which no help shows, is nobody’s nearest word', () => {
  assert.doesNotMatch(unknownWord('dmeo', WORDS).hint ?? '', /demo/)
})
