// Trust asks by itself where a word about it comes from, whatever was asked before.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { parseTree } from '../../../config/document/node.ts'
import { openWarnings } from '../../../config/document/warnings.ts'
import { readKey, trustOf } from '../../../config/model/keys.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'

const read = (text: string, remote: boolean) =>
  trustOf(parseTree(text, { name: 'https://x.example/a.yaml', remote }), 'core', {
    ...{ keyFiles: new Map(), warnings: openWarnings() },
  })

test('a tree from elsewhere says of no repo that it needs no keys, nor which', () => {
  assert.deepEqual(read('trust: unsigned\n', false), { kind: 'unsigned' })
  for (const text of [
    'trust: unsigned\n',
    'keys: [AAAA]\n',
    'keys: AAAA\n',
    'keys: [{file: octo.pub}]\n',
    'keys: []\n',
  ]) {
    const error = expectCode('CONFIG_INVALID', () => read(text, true))
    assert.match(error.message, /a document from elsewhere may not say which keys are trusted/, text)
  }
})

const KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .publicKey.export({ type: 'spki', format: 'der' })
  .toString('base64')

function keyOf(text: string) {
  const node = parseTree(`${text}\n`, { name: '/octo.yaml', remote: false })
  return readKey(node, { keyFiles: new Map() })
}

test('the name of a key is a plain text', () => {
  assert.equal(keyOf(`{key: ${KEY}, name: ours}`).name, 'ours')
  assert.equal(keyOf(`{key: ${KEY}}`).name, undefined)
  for (const name of ['[ours]', '{text: ours}']) {
    const error = expectCode('CONFIG_INVALID', () => keyOf(`{key: ${KEY}, name: ${name}}`))
    assert.match(error.message, /`name` of a key is no plain text$/)
  }
})
