// What octo answers to a first word that it does not know.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WORDS } from '../../terminal/commands.ts'
import { hintOfOption, OPTIONS_OF_OTHERS } from '../../terminal/options-of-others.ts'
import { overview, unknownWord } from '../../terminal/overview.ts'
import {
  OTHER_PROGRAMS,
  OTHERS,
  OTHERS_BEHIND,
  OTHERS_IN_FRONT,
  wordMeantBehind,
} from '../../terminal/words-of-others.ts'
import { collectedStreams } from '../support/machine/collected-streams.ts'
import { problemOf } from '../support/octo/command-table.ts'
import { typeOcto } from '../support/octo/in-process-octo.ts'

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
    const { code, message, hint: found } = unknownWord([typed], WORDS)
    const kind = typed.startsWith('-') ? 'option' : 'word'
    const shown = /^-\w./.test(typed) ? `${typed.slice(0, 2)}…` : typed
    assert.deepEqual([code, message, found], ['USAGE', `octo has no ${kind} \`${shown}\``, hint], typed)
  }
})

test('what other programs call it leads to the word of octo, with what belongs to it', async () => {
  for (const other of OTHERS) {
    const hint = unknownWord([other], WORDS).hint ?? ''
    const [, words = ''] = /^did you mean `octo ([^`]+)`\?/.exec(hint) ?? []
    assert.ok(words !== '' && !WORDS.some(({ word }) => word === other), `${other}: ${hint}`)
    const problem = await problemOf(`octo ${words}`)
    assert.match(problem ?? 'required', /required/)
    assert.equal(await problemOf(`octo ${words.replace(/ -.*/, '')} --help`), undefined)
  }
})

test('what other programs call a word behind a word leads to that of octo', async () => {
  for (const other of OTHERS_BEHIND) {
    const [, path = '', typed = ''] = /^(.+) (\S+)$/.exec(other) ?? []
    assert.notEqual(await problemOf(`octo ${other}`), undefined, other)
    assert.equal(await problemOf(`octo ${path} ${wordMeantBehind(path, typed)} --help`), undefined, other)
  }
})

test('a word of octo behind `octo plugin` leads to that word', async () => {
  for (const word of OTHERS_IN_FRONT) {
    const { stderr } = await typeOcto(['plugin', word, '.'])
    assert.ok(stderr.includes(`\nhint: did you mean \`octo ${word}\`? `), stderr)
    assert.equal(await problemOf(`octo ${word} --help`), undefined, word)
  }
})

test('what other programs have as an option or a word is none here, and the command lines that are told instead can be typed', async () => {
  for (const other of OPTIONS_OF_OTHERS) {
    assert.notEqual(await problemOf(`octo ${other}`), undefined, other)
    const [, path = '', option = ''] = /^(.+) (\S+)$/.exec(other) ?? []
    const hint = hintOfOption(path, `${option}=hunter2`) ?? ''
    assert.notEqual(hint, '', other)
    for (const [, line = ''] of hint.matchAll(/`(octo [^`]+)`/g)) assert.equal(await problemOf(line), undefined, line)
  }
})

test('the line of another program leads to what is meant', async () => {
  const hintOf = (line: string) => unknownWord(line.split(' '), WORDS).hint
  const rows = {
    'systemctl restart web': 'restart',
    'docker ps': 'status',
    'docker pull x': 'install',
    'kubectl get pods': 'status',
    'kubectl apply': 'apply',
    'journalctl -u web': 'logs',
    'terraform init': 'init',
    'krew search x': 'search',
    'terraform plan': 'apply --dry-run',
  }
  for (const [line, words] of Object.entries(rows)) assert.equal(hintOf(line), didYouMean(words), line)
  for (const program of OTHER_PROGRAMS) {
    const [, words = ''] = /^did you mean `octo ([^`]+)`\?/.exec(hintOf(program) ?? '') ?? []
    assert.equal(await problemOf(`octo ${words}`), undefined, program)
  }
})

test('the quick start, which no help shows, is nobody’s nearest word', () => {
  assert.doesNotMatch(unknownWord(['dmeo'], WORDS).hint ?? '', /demo/)
})

test('what a word does goes on below itself where the terminal is narrow, and stays one line without a terminal', () => {
  const narrow = collectedStreams({ tty: true, columns: 40, env: { NO_COLOR: '1' } })
  const text = overview([{ word: 'check', group: 'Run', summary: 'run the checks of all of your services' }], narrow)
  assert.match(text, /^ {2}check {2}run the checks of all of your\n {9}services$/m)
  assert.match(overview(WORDS, collectedStreams()), /^ {2}outdated +list what is newer .* and what was withdrawn$/m)
})

test('an option before its word is shown where it is read', () => {
  const hintOf = (...line: string[]) => unknownWord(line, WORDS).hint
  assert.equal(hintOf('--config', 'a b.yaml', 'check'), 'options stand behind their word: `octo check --config …`')
  assert.equal(hintOf('--json', 'list'), 'options stand behind their word: `octo list --json`')
  assert.doesNotMatch(hintOf('--config') ?? '', /behind their word/)
})

test('what stands beside an option before its word, or in it, may be a password and is not shown', () => {
  for (const [line, shown] of [
    [['--token', 'hunter2', 'publish'], 'octo publish --token …'],
    [['--token=hunter2', 'publish'], 'octo publish --token …'],
    [['-phunter2', 'publish'], 'octo publish -p…'],
    [['-q', 'run', 'check', '--', '--password', 'hunter2'], 'octo run -q …'],
    [['--json', 'add', 'https://me:hunter2@example.com/x.yaml'], 'octo add --json …'],
    [['--password=hunter2'], 'octo --help'],
    [['-phunter2'], 'octo --help'],
  ] as const) {
    const { message, hint = '' } = unknownWord(line, WORDS)
    assert.ok(hint.includes(`\`${shown}\``), hint)
    assert.doesNotMatch(message + hint, /hunter/)
  }
})
