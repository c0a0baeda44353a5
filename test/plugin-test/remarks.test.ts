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
      const [told = '', ...more] = remarksOn(aCheck(style), { dir: 'my check', words: typed, given: typed })
      assert.ok(told.endsWith(`they stand behind \`--\`: \`${line}\``), told)
      assert.deepEqual(more, [])
      typed = words.split(' ')
    }
    assert.deepEqual(remarksOn(aCheck(style), { dir: 'my check', words: typed, given: typed }), [])
  })

test('of a plugin that is no program of words it is told what holds it to its protocol', () => {
  const service = { plugin: 'signer', manifest: { kind: 'service', protocol: 'ocm' } }
  assert.deepEqual(remarksOn(service, { dir: '.', words: [], given: [] }), [
    'signer speaks ocm: `octo plugin check FILE` holds its program to that protocol',
  ])
})

test('of an operator that was given no words it is told how octo calls it', () => {
  const operator = { plugin: 'mine', manifest: { kind: 'operator', protocol: 'exec' } }
  assert.deepEqual(remarksOn(operator, { dir: 'my operator', words: [], given: [] }), [
    "mine is an operator, which octo calls as in `octo test 'my operator' -- --config config.json status`",
  ])
  assert.deepEqual(remarksOn(operator, { dir: '.', words: ['status'], given: ['status'] }), [])
})

test('a secret that was not given is told by the file that gives it, never by words', () => {
  const properties = { path: { type: 'string' }, token: { type: 'string', writeOnly: true } }
  const manifest = { kind: 'tool', protocol: 'exec', output: 'check/v1', arguments: { properties } }
  const secretive = { plugin: 'mine', manifest }
  assert.deepEqual(remarksOn(secretive, { dir: '.', words: ['--path=x'], given: { path: 'x' } }), [
    'mine declares secret arguments that were not given: `token`; they stand in a file such as `{token: …}`: `octo test . --args FILE`',
  ])
  assert.deepEqual(remarksOn(secretive, { dir: '.', words: [], given: { path: 'x', token: 'y' } }), [])
})
