// Whether the text of a document is a template, by what it is: read once all others are, or a document as it stands.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rootOf } from '../../../config/include/parse-document.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'

function root(text: string, { name = '/work/t.yaml', isTemplate = true } = {}) {
  const isWeb = name.startsWith('https:')
  return rootOf(text, { address: { kind: isWeb ? 'web' : 'file', name }, source: { name, remote: isWeb }, isTemplate })
}

const LOOP = 'services:\n{{range .configs.ports}}\n  web: {}\n{{end}}\n'

const readings: readonly (readonly [what: string, text: string, isDocument: boolean, name?: string])[] = [
  ['values that are templates', 'name: "{{.env.NAME}}"\n', true],
  ['keys that are templates', '"{{.env.NAME}}": 1\n', false],
  ['a key in a list in a map that is one', 'a: {b: [c, {"x{{.name}}": 1}]}\n', false],
  ['a loop', LOOP, false],
  ['no template at all', 'name: shop\n', true],
  ['JSON with values that are templates', '{"name": "{{.env.NAME}}"}', true, '/work/t.json'],
  ['JSON with a loop', '{"a": [{{range .configs.ports}}1,{{end}}2]}', false, '/work/t.json'],
  ['TOML with values that are templates', 'name = "{{.env.NAME}}"\n', true, '/work/t.toml'],
  ['nothing but a template, from elsewhere', '# {{.name}}\n', false, 'https://x.example/t.yaml'],
]

for (const [what, text, isDocument, name] of readings)
  test(`${what}: ${isDocument ? 'a document as it stands' : 'a template'}`, async () => {
    assert.equal((await root(text, { ...(name === undefined ? {} : { name }) })) !== undefined, isDocument)
  })

const deep = `x: ${'['.repeat(600)}${']'.repeat(600)}`
const refusals: readonly (readonly [
  what: string,
  code: 'LIMIT_EXCEEDED' | 'TOML_INVALID',
  text: string,
  name: string,
])[] = [
  ['what is too deep', 'LIMIT_EXCEEDED', `{{if false}}\n${deep}\n{{end}}\n`, '/work/t.yaml'],
  ['what is too large', 'LIMIT_EXCEEDED', `{{if false}}\n${'#'.repeat(1024 * 1024)}\n{{end}}\n`, '/work/t.yaml'],
  ['JSON that is too large', 'LIMIT_EXCEEDED', `{{if false}}${' '.repeat(1024 * 1024)}{{end}}`, '/work/t.json'],
  ['TOML that is none', 'TOML_INVALID', LOOP, '/work/t.toml'],
]

for (const [what, code, text, name] of refusals)
  test(`${what} is refused, and not tried once more as a template`, async () => {
    await expectCodeAsync(code, () => root(text, { name }))
  })

test('a text with braces is no template where nobody asks for one', async () => {
  await expectCodeAsync('YAML_INVALID', () => root(LOOP, { isTemplate: false }))
  assert.notEqual(await root('"{{.name}}": 1\n', { isTemplate: false }), undefined)
})
