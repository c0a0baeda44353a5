// The bundle of octo's help says what octo says, and leaves to octo whatever is no question about commands.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { buildBundles, bundle } from '../../tools/bundle/build.ts'
import { bundlesOf } from '../../tools/bundle/bundles.ts'
import { sourceStates } from '../../tools/bundle/source-states.ts'
import { FROM_SOURCES } from '../support/machine/from-sources.ts'
import { triesEveryCase } from '../support/machine/full-form.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { allCommands } from '../support/octo/command-table.ts'
import { aCheckout, start } from '../support/octo/small-checkout.ts'

const ROOT = join(import.meta.dirname, '../..')

type Answer = { readonly code?: number; readonly written: string }
type Answers = { readonly helped: Answer; readonly whole?: Answer }

type Asking = { readonly env?: NodeJS.ProcessEnv; readonly without?: string }

/** By what is left out of it; to make one takes longer than to ask it. */
const made = new Map<string | undefined, Promise<string>>()

async function helpWithout(without: string | undefined): Promise<string> {
  // The runner has made it of these sources already.
  if (without === undefined && process.env.OCTO_TEST_BUNDLE === 'current')
    return readFileSync(join(ROOT, 'dist/help.cjs'), 'utf8')
  const [help] = bundlesOf(ROOT).filter(({ name }) => name === 'help')
  assert.ok(help)
  const { keeps: all = [] } = help
  const kept = all.map(({ source }) => source).join('|')
  const keeps = without === undefined ? all : [new RegExp(`^(?!${RegExp.escape(without)}$)(?:${kept})`)]
  return (await bundle(ROOT, { ...help, keeps }, sourceStates(ROOT))).text
}

async function answersTo(t: TestContext, lines: readonly (readonly string[])[], { env = {}, without }: Asking = {}) {
  const file = join(tempFolder(t), 'dist/help.cjs')
  mkdirSync(join(file, '..'))
  const text = made.get(without) ?? helpWithout(without)
  made.set(without, text)
  writeFileSync(file, await text)
  const words = [...FROM_SOURCES, join(ROOT, 'test/fixtures/answer-help.ts'), file]
  const { FORCE_COLOR: _, NO_COLOR: __, ...inherited } = process.env
  const options = { encoding: 'utf8', cwd: tempFolder(t), env: { ...inherited, ...env } } as const
  return JSON.parse(execFileSync(process.execPath, [...words, JSON.stringify(lines)], options)) as Answers[]
}

const MISTYPED = [
  ['instal'],
  ['--verison'],
  ['-x'],
  ['help', 'instal'],
  ['instal', '--json'],
  ['uninstall'],
  ['https://me:hunter2@plugins.example.com/repos/core.yaml'],
  ['check', '--frobnicate', 'https://me:hunter2@plugins.example.com/x'],
  ['cache', 'lsit'],
  ['\u001b[2J'],
  ['\ufffd'],
  ['check', '--frobnicate', '--help'],
  ['check', '--phase=', '-h'],
  ['registry', 'tokne', '--help'],
  ['registry', 'serve'],
]

test('the help of every word is answered by its small bundle, word for word as octo does', async (t) => {
  const commands = (await allCommands()).map(({ path }) => path.split(' '))
  assert.ok(commands.length > 40)
  const lines = [[], ['--help'], ['-h'], ['help'], ...MISTYPED, ...commands.map((path) => [...path, '--help'])]
  const all = [...lines, ...commands.map((path) => ['help', ...path])]
  // In colours, of the commands those whose help was asked for in the other of both ways are left out.
  const coloured = [
    ...lines.slice(0, -commands.length),
    ...commands.map((path, at) => (at % 2 === 0 ? [...path, '--help'] : ['help', ...path])),
  ]
  for (const [asked, env] of [
    [all, {}],
    [coloured, { FORCE_COLOR: '1' }],
  ] as const) {
    const answers = await answersTo(t, asked, { env })
    const left = asked.filter((_, at) => answers[at]?.helped.code === undefined)
    assert.deepEqual(
      left,
      [],
      'what these name when they are described has to be in DESCRIPTIONS of tools/bundle/bundles.ts',
    )
    for (const [at, { helped, whole }] of answers.entries()) assert.deepEqual(helped, whole, asked[at]?.join(' ') ?? '')
  }
})

test('what is no question about a command is left to octo, and nothing was written', async (t) => {
  const lines = [
    ['list'],
    ['check'],
    ['check', '--config', '--help'],
    ['run', 'x', '--', '--help'],
    ['run', 'x', '-c', '-h'],
    ['publish'],
    ['init', '--template', 'node'],
    ['registry', 'serve', '--data', '--help'],
    ['keygen', '--out', '--help'],
    ['demo', '--once'],
    ['octoctl', '--help'],
    ['exec', 'web', 'ls', '--help'],
    ['compose', 'ps', '-h'],
    ['octoctl', 'config', '-h'],
    ['yank', 'a/b@1.0.0', '--reason', '--help'],
  ]
  for (const [at, answer] of (await answersTo(t, lines)).entries())
    assert.deepEqual(answer, { helped: { written: '' } }, lines[at]?.join(' ') ?? '')
})

const MORE_MISSED = [
  ['terminal/overview.ts', 'instal'],
  ['system/files/refusal.ts', 'instal'],
] as const

test('octo is asked, and nothing was written, where a module is missed outside of the commands', async (t) => {
  const rows: readonly (readonly [without: string, ...words: string[]])[] = [
    ['terminal/report-error.ts', 'instal'],
    ['terminal/program.ts', 'check', '--help'],
    ...(triesEveryCase ? MORE_MISSED : []),
  ]
  for (const [without, ...words] of rows) {
    const [answer] = await answersTo(t, [words], { without })
    assert.deepEqual(answer, { helped: { written: '' } }, without)
  }
})

/** Says that it was asked; leaves `leave` to octo. */
const HELP = `
  export const words = ['list', 'leave', 'run']
  export async function runHelp(argv: readonly string[]) {
    if (argv[0] === 'leave') return undefined
    console.log('help')
    return 0
  }
`

test('the launcher asks it about help and mistyped words alone, and only while it is current', async (t) => {
  const folder = await aCheckout(t)
  writeFileSync(join(folder, 'help.ts'), HELP)
  await buildBundles(folder)
  const said = (...words: string[]) => start(folder, { words })
  const rows: readonly (readonly [expected: string, ...words: string[]])[] = [
    ['help', '--help'],
    ['help'],
    ['help', 'lsit'],
    ['help', 'list', '--help'],
    ['help', 'run', 'x', '-h'],
    ['bundle one', 'list'],
    ['bundle one', 'list', '--', '--help'],
    ['bundle one', 'run', 'x', '--', '-h'],
    ['bundle one', 'leave', '--help'],
  ]
  for (const [expected, ...words] of rows) assert.equal(said(...words), expected, words.join(' '))
  assert.equal(start(folder, { words: ['--help'], env: { OCTO_FROM_SOURCE: '1' } }), 'sources one')
  writeFileSync(join(folder, 'dist/words.json'), '[')
  assert.deepEqual([said('lsit'), said('--help')], ['bundle one', 'help'], 'without its words, only what asks for help')
  writeFileSync(join(folder, 'help.ts'), `${HELP}// changed`)
  assert.equal(said('--help'), 'bundle one')
  await buildBundles(folder)
  assert.deepEqual([said('lsit'), said('list')], ['help', 'bundle one'])
  writeFileSync(join(folder, 'dist/help.cjs'), '(function(){})')
  assert.equal(said('--help'), 'bundle one', 'a file that the build did not write')
})
