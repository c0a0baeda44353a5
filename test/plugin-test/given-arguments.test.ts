// What a plugin under test is given: words, or a map where it reads a document or has secrets.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { givenArguments, readArguments } from '../../plugin-test/given-arguments.ts'
import type { Built } from '../../unpublished/unpublished-plugin.ts'
import { expectCode } from '../support/assertions/expect-code.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

const PROPERTIES = {
  path: { type: 'string' },
  to: { type: 'array' },
  loud: { type: 'boolean' },
  w: { type: 'number' },
}
const SECRET = { ...PROPERTIES, token: { type: 'string', writeOnly: true } }

function aPlugin(input: 'none' | 'json', properties: Readonly<Record<string, { type: string }>> = PROPERTIES): Built {
  const manifest = { kind: 'tool', protocol: 'exec', output: 'check/v1', input, arguments: { properties } }
  return { plugin: 'mine', version: '1.0.0', manifest, platforms: {} }
}

test('words stay words for a plugin that reads no document and has no secrets', () => {
  const words = ['--path=/x', '-w', '1']
  assert.deepEqual(givenArguments(aPlugin('none'), { words }), words)
})

test('words become the document, in each way that options are typed', () => {
  const words = ['--path', '/x', '--to=a', '--to', 'b', '--loud', 'left', '-w=1']
  const expected = { path: '/x', to: ['a', 'b'], loud: true, _: ['left'], w: 1 }
  for (const built of [aPlugin('json'), aPlugin('none', SECRET)])
    assert.deepEqual(givenArguments(built, { words }), expected)
})

test('a secret is taken from a file, and never from words', (t) => {
  const file = join(tempFolder(t), 'args.yaml')
  writeFileSync(file, 'token: hunter2\n')
  const ofFile = readArguments(file)
  const built = aPlugin('json', SECRET)
  assert.deepEqual(givenArguments(built, { words: ['--path=/x'], ofFile }), { path: '/x', token: 'hunter2' })
  const refused = expectCode('USAGE', () => givenArguments(built, { words: ['--token=hunter2'] }))
  assert.match(refused.hint ?? '', /`--args FILE`/)
  assert.doesNotMatch(refused.message, /hunter2/)
})

test('what is given twice, and a file without a map, are refused', (t) => {
  const file = join(tempFolder(t), 'args.yaml')
  writeFileSync(file, '- path\n')
  assert.match(expectCode('USAGE', () => readArguments(file)).message, /holds no map of arguments/)
  for (const typed of [{ words: ['--path=1', '--path=2'] }, { words: ['--path=1'], ofFile: { path: '2' } }])
    expectCode('USAGE', () => givenArguments(aPlugin('json'), typed))
})
