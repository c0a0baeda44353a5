// Files that plugins answer with: which are taken over, and that none of them replaces another.
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { keepBlob } from '../../../operator/ocm/keep-blob.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const answerOf = (value: string) => ({ location: { type: 'localFile', value }, more: 1 })

function aPlace(t: TestContext) {
  const place = tempFolder(t)
  const [own, beside, kept] = ['p-1', 'p-12', 'kept'].map((name) => join(place, name)) as [string, string, string]
  for (const folder of [own, beside, kept]) mkdirSync(folder)
  return { own, beside, kept, keep: (value: string) => keepBlob(answerOf(value), { from: own, to: () => kept }) }
}

test('a file is kept beside those that were kept before under the same name', (t) => {
  const { own, kept, keep } = aPlace(t)
  symlinkSync(join(own, 'nowhere'), join(kept, 'blob.1'))
  for (const [text, name] of [
    ['first', 'blob'],
    ['second', 'blob.2'],
    ['third', 'blob.3'],
  ] as const) {
    writeFileSync(join(own, 'blob'), text)
    assert.deepEqual(keep(join(own, 'blob')), answerOf(join(kept, name)))
  }
  assert.deepEqual(
    ['blob', 'blob.2', 'blob.3'].map((name) => readFileSync(join(kept, name), 'utf8')),
    ['first', 'second', 'third'],
  )
  assert.deepEqual(readdirSync(own), [])
})

test('what lies elsewhere stays there, and what is no file is no answer', (t) => {
  const { own, beside, kept, keep } = aPlace(t)
  writeFileSync(join(beside, 'blob'), 'of another')
  symlinkSync(join(beside, 'blob'), join(own, 'out'))
  for (const file of [join(beside, 'blob'), join(own, 'out')]) assert.deepEqual(keep(file), answerOf(file))
  mkdirSync(join(own, 'folder'))
  for (const name of ['folder', 'gone']) expectCode('PLUGIN_ANSWER_INVALID', () => keep(join(own, name)))
  assert.deepEqual(readdirSync(kept), [])
  assert.equal(keepBlob(undefined, { from: own, to: () => kept }), undefined)
})
