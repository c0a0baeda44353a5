// What a plugin asks of the operator before it runs: a version, and a schema of arguments that can be followed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { validateArguments } from '../../../config/validate-arguments.ts'
import { refuseOldOperator } from '../../../operator/exec/operator-version.ts'
import { argumentCheck } from '../../../schemas/arguments/check.ts'
import { parseVersion } from '../../../schemas/version.ts'
import { within } from '../../../system/async/in-time.ts'
import { expectCode, expectCodeAsync } from '../../support/assertions/expect-code.ts'

const own = parseVersion('1.2.3')

test('an operator is new enough for its own version and older ones, and for a plugin that asks for none', () => {
  for (const minimum of ['1.2.3', '1.2.2', '0.9.0', '1.2.3-rc.1'])
    refuseOldOperator('core/c', parseVersion(minimum), own)
  refuseOldOperator('core/c', undefined, own)
  for (const minimum of ['1.2.4', '2.0.0', '1.3.0-rc.1']) {
    const error = expectCode('OPERATOR_TOO_OLD', () => refuseOldOperator('core/c', parseVersion(minimum), own))
    assert.equal(error.message, `plugin \`core/c\` needs octo \`${minimum}\` or newer, found \`1.2.3\``)
  }
})

test('a schema of arguments that is too large or is none is blamed on the plugin', async () => {
  const given = { kind: 'map', value: { port: 1 } } as const
  const rows = [
    [{ type: 'object', description: 'x'.repeat(1024 * 1024) }, /`core\/c` is of no use: it is too large$/],
    [{ type: 'nothing' }, /`core\/c` is of no use: it cannot be understood$/],
    [{ allOf: [{ $ref: '#' }] }, /`core\/c` is of no use: it leads back to itself without end$/],
  ] as const
  for (const [schema, problem] of rows) {
    const error = await expectCodeAsync('ARGUMENTS_INVALID', () =>
      validateArguments(given, { plugin: 'core/c', schema }),
    )
    assert.match(error.message, problem)
  }
})

test('a schema whose pattern tries everything there is takes no longer than it may', async () => {
  const useless = (problem: string) => new Error(problem)
  const schema = { properties: { name: { pattern: '^(\\w+\\s?)*$' } } }
  // On a busy machine so little may be over before there is a check.
  const look = async () =>
    (await argumentCheck(schema, { inTime: within(50), useless }))({ name: `${'a'.repeat(60)}!` })
  await assert.rejects(look, { message: 'it takes too long to check' })
})
