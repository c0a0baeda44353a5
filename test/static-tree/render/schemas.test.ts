// The schemas that every registry serves: what `octo config schema` prints, and what every config and plugin.yaml of this repository fits.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parseYaml } from '../../../schemas/yaml/parse.ts'
import { renderSchemas } from '../../../static-tree/render/schemas.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'

const ROOT = new URL('../../../', import.meta.url).pathname
const served = new Map(renderSchemas().map(({ path, bytes }) => [path, bytes.toString()]))

function validatorOf(path: string) {
  const schema = JSON.parse(served.get(path) ?? assert.fail(path))
  assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema')
  const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true })
  assert.ok(ajv.validateSchema(schema), JSON.stringify(ajv.errors))
  return ajv.compile(schema)
}

test('what is served is what the command prints', async () => {
  for (const [path, file] of [
    ['schemas/octo.schema.json', 'octo.yaml'],
    ['schemas/plugin.schema.json', 'plugin.yaml'],
  ] as const)
    assert.equal(served.get(path), (await typeOcto(['config', 'schema', file])).stdout, path)
})

const SETS = [
  ['schemas/octo.schema.json', ['examples/config.yaml', 'examples/generations/*.yaml']],
  [
    'schemas/plugin.schema.json',
    ['plugins/**/plugin.yaml', 'examples/**/plugin.yaml', 'publisher/templates/*/plugin.yaml'],
  ],
] as const

for (const [schema, patterns] of SETS)
  test(`every file of this repository fits ${schema}, and none with a slip does`, () => {
    const validate = validatorOf(schema)
    const files = globSync([...patterns], { cwd: ROOT }).sort()
    assert.ok(files.length >= 3, files.join(' '))
    for (const file of files) {
      const value = parseYaml(filled(readFileSync(`${ROOT}${file}`, 'utf8')), file).value as object
      assert.ok(validate(value), `${file}: ${JSON.stringify(validate.errors)}`)
      assert.ok(!validate({ ...value, slipped: 1 }), file)
    }
  })

/** Templates, as `octo init` fills them in. */
function filled(text: string): string {
  return text.replaceAll('__REPO_LINE__\n', '').replaceAll(/__[A-Z]+__/g, 'x')
}
