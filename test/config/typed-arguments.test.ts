// Texts that a template filled in become the numbers and booleans that a plugin wants, and no others do.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CheckArguments } from '../../config/model/config.ts'
import { validateArguments } from '../../config/validate-arguments.ts'
import { argumentVector } from '../../operator/exec/argument-vector.ts'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { readFiles } from '../support/machine/config-files.ts'

const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: {
    port: { type: 'integer', minimum: 1, maximum: 65_535 },
    ratio: { type: 'number' },
    plain: { type: 'boolean' },
    text: { type: 'string' },
    either: { anyOf: [{ type: 'string' }, { type: 'integer' }] },
    both: { type: ['integer', 'boolean'] },
    ports: { type: 'array', items: { type: 'integer' } },
    deep: { type: 'object', properties: { 'a/b': { type: 'integer' } } },
  },
}

async function given(t: Parameters<typeof readFiles>[0], args: string, VALUE: string): Promise<CheckArguments> {
  const text = `configs: {value: "${VALUE}"}\nservices: {web: {health: [{tool: c, args: ${args}}]}}\n`
  const { services } = await readFiles(t, { 'octo.yaml': text }, { env: { VALUE } })
  return services[0]?.checks.health[0]?.arguments ?? assert.fail()
}

const subject = { plugin: 'c', schema: SCHEMA }
const E = '"{{.env.VALUE}}"'
const TAKEN: readonly (readonly [string, string, unknown])[] = [
  [`{port: ${E}}`, '8080', { port: 8080 }],
  ['{port: "{{.configs.value}}"}', '8080', { port: 8080 }],
  ['{port: "80{{.env.VALUE}}"}', '80', { port: 8080 }],
  [`{ratio: ${E}}`, '1.50', { ratio: 1.5 }],
  [`{ratio: ${E}}`, '-2e3', { ratio: -2000 }],
  [`{plain: ${E}}`, 'true', { plain: true }],
  [`{plain: ${E}}`, 'false', { plain: false }],
  [`{text: ${E}}`, '8080', { text: '8080' }],
  [`{either: ${E}}`, '8080', { either: '8080' }],
  [`{both: ${E}}`, '7', { both: 7 }],
  [`{both: ${E}}`, 'true', { both: true }],
  [`{ports: [1, ${E}]}`, '2', { ports: [1, 2] }],
  [`{deep: {a/b: ${E}}}`, '3', { deep: { 'a/b': 3 } }],
]
for (const [args, value, expected] of TAKEN)
  test(`${args} with ${value} is ${JSON.stringify(expected)}`, async (t) => {
    assert.deepEqual((await validateArguments(await given(t, args, value), subject)).value, expected)
  })

const REFUSED: readonly (readonly [string, string, RegExp])[] = [
  [`{port: ${E}}`, '80 ', /`port` must be integer/],
  [`{port: ${E}}`, '0x50', /`port` must be integer/],
  [`{port: ${E}}`, '080', /`port` must be integer/],
  [`{port: ${E}}`, '80.0', /`port` must be integer/],
  [`{port: ${E}}`, '', /`port` must be integer/],
  [`{port: ${E}}`, '99999999999999999999', /`port` must be integer/],
  [`{port: ${E}}`, '70000', /`port` must be <= 65535/],
  [`{ratio: ${E}}`, 'NaN', /`ratio` must be number/],
  [`{plain: ${E}}`, 'yes', /`plain` must be boolean \(write `true` or `false`\)/],
  [`{plain: ${E}}`, '1', /`plain` must be boolean/],
  ['{port: "8080"}', '', /`port` must be integer \(write it without quotes\)/],
  ['{plain: "true"}', '', /`plain` must be boolean \(write it without quotes\)/],
  ['{plain: "yes"}', '', /`plain` must be boolean \(write `true` or `false`\)/],
  ['{ports: ["8080"]}', '', /`ports\.0` must be integer \(write it without quotes\)/],
  [`{port: "8080", plain: ${E}}`, 'true', /`port` must be integer \(write it without quotes\)$/],
]
for (const [args, value, problem] of REFUSED)
  test(`${args} with ${JSON.stringify(value)} is refused`, async (t) => {
    const found = await given(t, args, value)
    const error = await expectCodeAsync('ARGUMENTS_INVALID', () => validateArguments(found, subject))
    assert.match(error.message, problem)
  })

test('a number that was filled in reaches a program as it was written', async (t) => {
  const typed = await validateArguments(await given(t, `{ratio: ${E}, plain: true}`, '1.10'), subject)
  assert.deepEqual(argumentVector(typed, { booleans: 'omit' }), ['--ratio=1.10', '--plain'])
})

test('what was given is left as it was', async (t) => {
  const found = await given(t, `{port: ${E}}`, '8080')
  const before = structuredClone(found)
  await validateArguments(found, subject)
  assert.deepEqual(found, before)
})
