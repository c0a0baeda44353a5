// What a message says was found: kinds where the value may be a secret, the value where it is a word of octo's own.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kindFound, valueFound } from '../../../config/document/found.ts'
import { parseTree } from '../../../config/document/node.ts'

test('a value is named by its kind, or as it was typed', () => {
  const rows = [
    ['{a: 1}', 'a map', 'a map'],
    ['[1]', 'a list', 'a list'],
    ['~', 'nothing', 'nothing'],
    ['word', 'a text', '`word`'],
    ['1.10', 'a number', '`1.10`'],
    ['true', 'a boolean', '`true`'],
  ] as const
  for (const [text, kind, value] of rows) {
    const node = parseTree(text, { name: 'octo.yaml', remote: false })
    assert.deepEqual([kindFound(node), valueFound(node)], [kind, value], text)
  }
})
