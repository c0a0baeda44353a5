// Files that plugins answer with: which are taken over, and that none of them replaces another.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import type { FSWatcher } from 'node:fs'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { keepBlob } from '../../../../operator/ocm/blobs/keep-blob.ts'
import { expectCodeAsync } from '../../../support/assertions/expect-code.ts'
import { FROM_SOURCES } from '../../../support/machine/from-sources.ts'
import { otherFileSystem } from '../../../support/machine/other-file-system.ts'
import { tempFolder, tempFolderAt } from '../../../support/machine/temp-folder.ts'
import { until } from '../../../support/machine/until.ts'

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

test('a file of other bytes than its answer says is no answer, wherever it lies', async (t) => {
  const { own, beside, kept } = aPlace(t)
  const stating = (file: string, digest: object) => ({ ...answerOf(file), resource: { name: 'r', digest } })
  const sha256 = (text: string) => ({
    hashAlgorithm: 'SHA-256',
    normalisationAlgorithm: 'genericBlobDigest/v1',
    value: createHash('sha256').update(text).digest('hex').toUpperCase(),
  })
  for (const folder of [own, beside]) {
    const file = join(folder, 'blob')
    writeFileSync(file, 'bytes')
    const keep = (digest: object) => keepBlob(stating(file, digest), { from: own, to: () => kept })
    const error = await expectCodeAsync('PLUGIN_ANSWER_INVALID', () => keep(sha256('others')))
    assert.match(
      error.message,
      /has other bytes than it says, expected the sha256 `[0-9a-f]{64}`, found `[0-9a-f]{64}`/,
    )
    assert.deepEqual(readdirSync(kept), [])
    assert.equal(existsSync(file), folder === beside)
  }
  for (const digest of [sha256('bytes'), { ...sha256('of a tree'), normalisationAlgorithm: 'ociArtifactDigest/v1' }]) {
    writeFileSync(join(own, 'blob'), 'bytes')
    await keepBlob(stating(join(own, 'blob'), digest), { from: own, to: () => kept })
  }
  assert.deepEqual(readdirSync(kept), ['blob', 'blob.1'])
})

test('what cannot be kept is left nowhere', async (t) => {
  const { own } = aPlace(t)
  writeFileSync(join(own, 'blob'), 'bytes')
  const to = () => join(own, 'no', 'such', 'folder')
  await expectCodeAsync('IO_FAILED', () => keepBlob(answerOf(join(own, 'blob')), { from: own, to }))
  assert.deepEqual(readdirSync(own), [])
})

test('what has to be copied has its name once it is whole, and parts that killed processes left go', async (t) => {
  const own = tempFolder(t)
  const other = otherFileSystem(own)
  if (process.platform !== 'linux' || other === undefined) return t.skip('no other file system is here to copy to')
  const kept = tempFolderAt(t, join(other, 'octo-test-'))
  const keep = (value: string) => keepBlob(answerOf(value), { from: own, to: () => kept })
  const left = spawnSync(process.execPath, [...FROM_SOURCES, '--input-type=module', '--eval', leavesPart(kept)])
  assert.equal(left.signal, 'SIGKILL', String(left.stderr))
  assert.equal(readdirSync(kept).length, 1)
  const names: unknown[] = []
  using _ = closing(watch(kept, (_, name) => names.push(name)))
  for (const name of ['blob', 'blob.1']) {
    writeFileSync(join(own, 'blob'), name)
    assert.deepEqual(await keep(join(own, 'blob')), answerOf(join(kept, name)))
    await until(() => names.includes(name))
  }
  assert.match(String(names[0]), /^\.blob\..*[0-9a-f]{12}$/)
  assert.deepEqual(readdirSync(kept), ['blob', 'blob.1'])
  assert.deepEqual(readFileSync(join(kept, 'blob.1'), 'utf8'), 'blob.1')
  assert.deepEqual(readdirSync(own), [])
})

const closing = (watcher: FSWatcher) => ({ [Symbol.dispose]: () => watcher.close() })

const leavesPart = (folder: string) => `import { writeFileSync } from 'node:fs'
import { stagedPath } from ${JSON.stringify(new URL('../../../../system/files/staged-file.ts', import.meta.url).href)}
writeFileSync(stagedPath(${JSON.stringify(folder)}, '.blob'), 'half')
process.kill(process.pid, 'SIGKILL')`
