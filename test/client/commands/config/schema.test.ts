// `octo config schema`: schemas that a validator takes, and that take what octo takes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { blocksOfKind } from '../../../support/octo/document-blocks.ts'
import { typeOcto } from '../../../support/octo/in-process-octo.ts'

type Row = readonly [words: readonly string[], right: unknown, wrong: unknown]

const ROWS: readonly Row[] = [
  [[], { operator: { plugins: { hello: '^1.0.0' } } }, { operator: { plugin: {} } }],
  [['octo.yaml'], { services: {} }, { services: 1 }],
  ...blocksOfKind('docs/FORMATS.md', 'plugin.yaml').map(
    (text): Row => [['plugin.yaml'], parse(text), { ...parse(text), kind: 'toll' }],
  ),
]

test('the schemas of both files are printed, and tell right from wrong', async () => {
  for (const [words, right, wrong] of ROWS) {
    const { code, stdout, stderr } = await typeOcto(['config', 'schema', ...words])
    assert.equal(code, 0, stderr)
    const validate = new Ajv2020({ strict: false }).compile(JSON.parse(stdout))
    assert.ok(validate(right), JSON.stringify(validate.errors))
    assert.ok(!validate(wrong), JSON.stringify(wrong))
  }
  const unknown = await typeOcto(['config', 'schema', 'octo.lock'])
  assert.deepEqual([unknown.code, /expected `octo\.yaml` or `plugin\.yaml`/.test(unknown.stderr)], [64, true])
})
