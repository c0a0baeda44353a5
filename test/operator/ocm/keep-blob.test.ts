// Files that plugins answer with: which are taken over, and that none of them replaces another.
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { keepBlob } from '../../../operator/ocm/keep-blob.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const answerOf = (value: string) => ({ location: { type: 'localFile', value }, more: 1 })

function aPlace(t: TestContext) {
  const place = tempFolder(t)
  const [own, beside, kept] = ['p-1', 'p-12', 'kept'].map((name) => join(place, name)) as [string, string, string]
  for (const folder of [own, beside, kept]) mkdirSync(folder)
  return { own, beside, kept, keep: (value: string) => keepBlob(answerOf(value), { from: own, to: () => kept }) }
}

test('a file is kept beside those that were kept before under the same name', async (t) => {
  const { own, kept, keep } = aPlace(t)
  symlinkSync(join(own, 'nowhere'), join(kept, 'blob.1'))
  for (const [text, name] of [
    ['first', 'blob'],
    ['second', 'blob.2'],
    ['third', 'blob.3'],
  ] as const) {
    writeFileSync(join(own, 'blob'), text)
    assert.deepEqual(await keep(join(own, 'blob')), answerOf(join(kept, name)))
  }
  assert.deepEqual(
    ['blob', 'blob.2', 'blob.3'].map((name) => readFileSync(join(kept, name), 'utf8')),
    ['first', 'second', 'third'],
  )
  assert.deepEqual(readdirSync(own), [])
})

test('what lies elsewhere stays there, and what is no file is no answer', async (t) => {
  const { own, beside, kept, keep } = aPlace(t)
  writeFileSync(join(beside, 'blob'), 'of another')
  symlinkSync(join(beside, 'blob'), join(own, 'out'))
  for (const file of [join(beside, 'blob'), join(own, 'out')]) assert.deepEqual(await keep(file), answerOf(file))
  mkdirSync(join(own, 'folder'))
  for (const name of ['folder', 'gone']) await expectCodeAsync('PLUGIN_ANSWER_INVALID', () => keep(join(own, name)))
  assert.deepEqual(readdirSync(kept), [])
  assert.equal(await keepBlob(undefined, { from: own, to: () => kept }), undefined)
})

test('what cannot be kept is left nowhere', async (t) => {
  const { own } = aPlace(t)
  writeFileSync(join(own, 'blob'), 'bytes')
  const to = () => join(own, 'no', 'such', 'folder')
  await expectCodeAsync('IO_FAILED', () => keepBlob(answerOf(join(own, 'blob')), { from: own, to }))
  assert.deepEqual(readdirSync(own), [])
})
