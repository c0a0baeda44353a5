// What is offered where: over the commands that octo has, and names that a test knows.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answer, KnownNames, Place } from '../../completion/complete.ts'
import { complete } from '../../completion/complete.ts'
import { splitLine } from '../../completion/split-line.ts'
import { commandTable } from '../../programs.ts'
import { WORDS } from '../../terminal/commands.ts'

const table = await commandTable()
const answers = (...texts: readonly string[]): Answer[] => texts.map((text) => ({ text }))

function knowing(places: Place[] = []): KnownNames {
  const noting = (place: Place, ...texts: readonly string[]) => {
    places.push(place)
    return answers(...texts)
  }
  return {
    plugins: (place) => noting(place, 'check-tcp', 'check-url', 'core/check-tcp'),
    versions: (plugin) => (plugin === 'check-tcp' ? answers('1.2.0', '1.1.0', '2.0.0') : []),
    services: (place) => noting(place, 'web', 'db'),
    platforms: () => answers('linux_amd64', 'any'),
    files: (prefix, only) => answers(`${prefix}${only ?? 'file'}`),
  }
}

function offered(line: string, known = knowing()): readonly string[] {
  return complete(table, splitLine(line, { shell: 'bash', breaks: '' }), known).answers.map(({ text }) => text)
}

const ROWS: readonly (readonly [line: string, expected: readonly string[]])[] = [
  ['octo comp', ['compose', 'completion']],
  ['octo de', ['deprecate']],
  ['octo --v', ['--version']],
  ['octo help regis', ['registry']],
  ['octo help check --f', ['--frozen']],
  ['octo nonsense ', []],
  ['octo registry to', ['token']],
  ['octo registry token ', ['create', 'list', 'revoke']],
  ['octo completion ', ['bash', 'zsh', 'fish']],
  ['octo completion f', ['fish']],
  ['octo run ', ['check-tcp', 'check-url', 'core/check-tcp']],
  ['octo run core/', ['core/check-tcp']],
  ['octo run check-tcp@', ['check-tcp@1.2.0', 'check-tcp@1.1.0', 'check-tcp@2.0.0']],
  ['octo run check-tcp@1.1', ['check-tcp@1.1.0']],
  ['octo run other@', []],
  ['octo run --frozen check-u', ['check-url']],
  ['octo run ./my', ['./myfile']],
  ['octo run check-tcp -- pl', ['plfile']],
  ['octo run check-tcp -- --x', ['--xfile']],
  ['octo info check-u', ['check-url']],
  ['octo update check-tcp check-u', ['check-url']],
  ['octo check w', ['web']],
  ['octo check web d', ['db']],
  ['octo check --fro', ['--frozen']],
  ['octo check --frozen --fro', []],
  ['octo check --phase ', ['preflight', 'health', 'init']],
  ['octo check --phase=h', ['--phase=health']],
  ['octo check --phase health --ph', ['--phase']],
  ['octo check --config my', ['myfile']],
  ['octo check -c my', ['myfile']],
  ['octo check --config=my', ['--config=myfile']],
  ['octo config show -f ', ['yaml', 'json', 'toml']],
  ['octo config show --format=t', ['--format=toml']],
  ['octo publish --registry ', []],
  ['octo build -o x', ['xfolders']],
  ['octo build x', ['xfolders']],
  ['octo install --platform l', ['linux_amd64']],
  ['octo exec ', ['web', 'db']],
  ['octo exec web a', ['afile']],
  ['octo check > o', ['ofile']],
  ['octo run $(touch X) ', ['file']],
  ['octo run $(touch X', []],
  ['octo $(echo run) ', []],
  ['octo run "check-u', ['check-url']],
]

for (const [line, expected] of ROWS)
  test(`${JSON.stringify(line)} offers ${expected.length === 0 ? 'nothing' : expected.join(' ')}`, () => {
    assert.deepEqual(offered(line), expected)
  })

test('every word of the overview is offered, with what it does, and hidden ones are not', () => {
  const shown = WORDS.filter(({ group }) => group !== undefined)
  const { answers: found } = complete(table, splitLine('octo ', { shell: 'zsh', breaks: '' }), knowing())
  assert.deepEqual(
    found.map(({ text, says }) => [text, says]),
    shown.map(({ word, summary }) => [word, summary]),
  )
  assert.deepEqual(offered('octo demo --on'), ['--once'], 'and who types a hidden one is helped')
  assert.deepEqual(offered('octo __'), [])
})

test('names are looked for where the line says that config and lockfile are', () => {
  const places: Place[] = []
  offered('octo check --config prod.yaml --config b.yaml ', knowing(places))
  offered('octo run -c prod.yaml --lock=x.lock ', knowing(places))
  offered('octo run -cprod.yaml ', knowing(places))
  offered('octo run --config $(touch X) ', knowing(places))
  assert.deepEqual(places, [
    { config: 'prod.yaml' },
    { config: 'prod.yaml', lock: 'x.lock' },
    { config: 'prod.yaml' },
    {},
  ])
})

test('inside of open quotation marks nothing is offered that would have to be escaped', () => {
  const known = { ...knowing(), files: () => answers('plain file', 'a$(touch X)', 'a"b', 'a`b`') }
  assert.deepEqual(offered('octo check -c "', known), ['plain file'])
  assert.equal(offered('octo check -c ', known).length, 4)
})
