import assert from 'node:assert/strict'
import { test } from 'node:test'

const IMPORTED = [
  './import-drawing.test.ts',
  './package/../own-checks.test.ts',
  '../support/machine/temp-folder.ts',
  '../../tools/testing/longest-first.ts',
  '../.././terminal/index.ts',
  './../../octo.ts?anew',
]

test('a module of ours is found where Node looks for it', () => {
  for (const name of IMPORTED) assert.equal(import.meta.resolve(name), new URL(name, import.meta.url).href)
})

test('a module of ours that is missing is one that Node does not find', async () => {
  await assert.rejects(import(String('./not-there.ts')), { code: 'ERR_MODULE_NOT_FOUND' })
})
