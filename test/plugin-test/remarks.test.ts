// What was declared and not given: told as it is typed, which leaves nothing to tell.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { remarksOn } from '../../plugin-test/remarks.ts'
import type { ArgumentStyle } from '../../schemas/manifest.ts'

function aCheck(argumentStyle?: ArgumentStyle) {
  const properties = { path: { type: 'string' }, n: { type: 'integer' }, deep: { type: 'boolean' } }
  const style = argumentStyle === undefined ? {} : { argumentStyle }
  return { plugin: 'my-check', manifest: { kind: 'tool', protocol: 'exec', arguments: { properties }, ...style } }
}

const TOLD: Readonly<Record<string, readonly [ArgumentStyle | undefined, readonly string[]]>> = {
  'with `=`': [undefined, ['--path=VALUE', '--path=VALUE -n VALUE', '--path=VALUE -n VALUE --deep']],
  'in words of their own': ['separate', ['--path VALUE', '--path VALUE -n VALUE', '--path VALUE -n VALUE --deep']],
}
for (const [how, [style, lines]] of Object.entries(TOLD))
  test(`arguments ${how} that were not given are told as they are typed, until none is left`, () => {
    let typed: readonly string[] = []
    for (const words of lines) {
      const line = `octo test 'my check' -- ${words}`
      const [told = '', ...more] = remarksOn(aCheck(style), { dir: 'my check', args: typed })
      assert.ok(told.endsWith(`they stand behind \`--\`: \`${line}\``), told)
      assert.deepEqual(more, [])
      typed = words.split(' ')
    }
    assert.deepEqual(remarksOn(aCheck(style), { dir: 'my check', args: typed }), [])
  })

test('of a plugin that is no program of words it is told what holds it to its protocol', () => {
  const service = { plugin: 'signer', manifest: { kind: 'service', protocol: 'ocm' } }
  assert.deepEqual(remarksOn(service, { dir: '.', args: [] }), [
    'signer speaks ocm: `octo plugin check FILE` holds its program to that protocol',
  ])
})
