// Whatever octo tells people to type can be typed: hints, other advice, examples of `--help`, and the documents.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { WORDS } from '../../terminal/commands.ts'
import { adviceIn, allAdvice, commandsIn, proseOf } from '../support/octo/advice.ts'
import { allCommands, optionsWithOptionalValues, problemOf, wordsOf } from '../support/octo/command-table.ts'

const advice = allAdvice()
const known = new RegExp(`\\bocto (${WORDS.map(({ word }) => word).join('|')})\\b`)

test('advice is found in every form that a hint is written in', () => {
  const source = `
    const a = coded('X', { hint: 'one \`octo lock\`' })
    const b = { ...(c ? { hint: \`two \\\`octo info \${name}\\\`\` } : {}) }
    const d = { hint: e ? 'three' : \`four\` }
    function f(): string { return '\`octo check\` does it' }`
  assert.deepEqual(
    adviceIn('x.ts', source).map(({ text, isHint }) => [text, isHint]),
    [
      ['one `octo lock`', true],
      ['two `octo info sample`', true],
      ['three', true],
      ['four', true],
      ['`octo check` does it', false],
    ],
  )
})

test('there is advice to look at', () => assert.ok(advice.filter(({ isHint }) => isHint).length > 100))

const said = (isHint: boolean) =>
  new Map(
    advice
      .filter((text) => text.isHint === isHint)
      .flatMap(({ file, text }) => commandsIn(text).map((line) => [line, file] as const)),
  )
for (const [line, file] of said(true))
  test(`\`${line}\` of ${file} can be typed`, async () => assert.equal(await problemOf(line), undefined))

for (const [line, file] of said(false))
  test(`\`${line}\`, which ${file} speaks of, exists`, async () => {
    const problem = await problemOf(line)
    assert.ok(
      problem === undefined || (await problemOf(`${line.replace(/ -.*/, '')} --help`)) === undefined,
      problem ?? line,
    )
  })

test('a command in a hint stands between backticks, so that it is seen where it ends', () => {
  const bare = advice.filter(({ text, isHint }) => isHint && known.test(proseOf(text)))
  assert.deepEqual(
    bare.map(({ file, text }) => `${file}: ${text}`),
    [],
  )
})

test('a hint that names the data of a registry is a function of their folder', () => {
  const fixed = advice.filter(({ text, isHint }) => isHint && text.includes('--data DIR'))
  assert.deepEqual(fixed, [])
})

const wrong: readonly [string, RegExp][] = [
  ['octo logn', /no word logn/],
  ['octo login https://plugins.example.com', /too many arguments/],
  ['octo lock --frozzen', /unknown option/],
  ['octo registry repo key add core --data DIR', /missing required argument `file`/],
  ['octo registry repo list', /`--data <dir>` not specified/],
  ['octo registry nonsense --help', /no such help/],
  ["octo registry token create --scope 'core/*' --data DIR", /`--name <text>` not specified/],
]
for (const [line, problem] of wrong)
  test(`\`${line}\` is found to be wrong`, async () => assert.match((await problemOf(line)) ?? '', problem))

test('a line is split as a shell splits it', () => {
  assert.deepEqual(wordsOf(`A=b octo x 'two words' --r="it is" a\\ b`), ['octo', 'x', 'two words', '--r=it is', 'a b'])
})

const commands = await allCommands()
for (const { path, help } of commands)
  test(`every example of \`octo ${path} --help\` can be typed`, async () => {
    const examples = [...help.matchAll(/^ {2}\$ (.+)$/gm)].map((match) => match[1] ?? '')
    assert.ok(examples.length > 0)
    for (const example of examples.map(asOcto)) assert.equal(await problemOf(example), undefined, example)
  })

/** `npm start -- …` is `octo demo …`, and so is `npm run demo:stack`; what a shell does with the output is not octo's. */
function asOcto(line: string): string {
  return line
    .replace(/^sudo /, '')
    .replace(/^npm start(?: --)?/, 'octo demo')
    .replace(/^npm run demo:stack(?: --)?/, 'octo demo stack')
    .replace(/^.*\| (?=octo )/, '')
    .replace(/ [<>|].*$/, '')
}

const documents = [
  'README.md',
  ...readdirSync('docs')
    .filter((name) => /^[A-Z]+\.md$/.test(name))
    .map((name) => `docs/${name}`),
]
for (const document of documents.filter((name) => name !== 'docs/BENCHMARKS.md'))
  test(`the commands in ${document} can be typed`, async () => {
    const text = readFileSync(document, 'utf8').replaceAll('\\\n', ' ')
    for (const [, block = ''] of text.matchAll(/```sh\n(.*?)```/gs))
      for (const [line] of block.matchAll(/^\s*(?:[A-Z_]+=\S+ )*octo .*$/gm)) {
        const typed = asOcto(
          line
            .trim()
            .replace(/\s+#.*$/, '')
            .replace(/ (&&|\|\||;|&).*$/, ''),
        )
        assert.equal(await problemOf(typed), undefined, typed)
      }
  })

test('no option takes a value or none, as it would take the argument behind it', async () => {
  assert.deepEqual(await optionsWithOptionalValues(), [])
})
