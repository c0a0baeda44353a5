// A file that is replaced is the old one or the new one, for whoever looks and whoever else replaces it.
import assert from 'node:assert/strict'
import {
  chmodSync,
  closeSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { replaceFile, replaceOpen } from '../../../system/files/atomic-file.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const WRITERS = 32

test(`${WRITERS} who replace one file at once all come through, and what stays is whole and of one of them`, async (t) => {
  const folder = tempFolder(t)
  const path = join(folder, 'file')
  const texts = Array.from({ length: WRITERS }, (_, number) => `${number} `.repeat(10_000))
  await Promise.all(texts.map((text) => replaceFile(path, text)))
  assert.ok(texts.includes(readFileSync(path, 'utf8')))
  assert.deepEqual(readdirSync(folder), ['file'])
})

test('nobody sees a half: whoever opened the file before reads the old one to its end', async (t) => {
  const path = join(tempFolder(t), 'file')
  writeFileSync(path, 'old')
  const before = statSync(path).ino
  await replaceFile(path, Buffer.from('new'))
  assert.equal(readFileSync(path, 'utf8'), 'new')
  assert.notEqual(statSync(path).ino, before)
})

for (const umask of [0, 0o022, 0o077, 0o777])
  test(`under a umask of ${umask.toString(8)} a mode that is asked for is the mode`, async (t) => {
    const folder = tempFolder(t)
    withUmask(t, umask)
    for (const mode of [0o600, 0o640, 0o644, 0o664]) {
      await replaceFile(join(folder, 'file'), 'x', { mode })
      assert.equal(statSync(join(folder, 'file')).mode & 0o777, mode)
    }
    await replaceFile(join(folder, 'other'), 'x')
    assert.equal(statSync(join(folder, 'other')).mode & 0o777, 0o644 & ~umask)
  })

test('a link is replaced, and what it leads to stays as it is', async (t) => {
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'elsewhere'), 'kept')
  symlinkSync('elsewhere', join(folder, 'file'))
  await replaceFile(join(folder, 'file'), 'new')
  assert.equal(readFileSync(join(folder, 'elsewhere'), 'utf8'), 'kept')
  assert.equal(readFileSync(join(folder, 'file'), 'utf8'), 'new')
})

test('what cannot be put in place is said, leaves nothing, and touches nothing that was there', async (t) => {
  const folder = tempFolder(t)
  mkdirSync(join(folder, 'taken'))
  writeFileSync(join(folder, 'taken/kept'), '')
  await assert.rejects(replaceFile(join(folder, 'taken'), 'x'), { code: 'EISDIR' })
  await assert.rejects(replaceFile(join(folder, 'none/file'), 'x'), { code: 'ENOENT' })
  await assert.rejects(replaceFile(join(folder, 'file'), 'x', { staging: join(folder, 'none') }), { code: 'ENOENT' })
  assert.deepEqual(readdirSync(folder, { recursive: true }), ['taken', 'taken/kept'])
})

test('the unfinished file lies where it is said', async (t) => {
  const folder = tempFolder(t)
  const staging = join(folder, 'staging')
  mkdirSync(staging)
  chmodSync(staging, 0o700)
  await replaceFile(join(folder, 'file'), 'x', { staging, sync: false })
  assert.deepEqual(readdirSync(folder).sort(), ['file', 'staging'])
  assert.deepEqual(readdirSync(staging), [])
})

function withUmask(t: TestContext, umask: number): void {
  const before = process.umask(umask)
  t.after(() => process.umask(before))
}

test('a file that is appended to is replaced, and goes on in the new one', (t) => {
  const folder = tempFolder(t)
  const path = join(folder, 'log')
  writeFileSync(path, 'old\n')
  writeFileSync(`${path}.new`, 'left by a writer that was killed\n')
  const file = replaceOpen(path, 'new\n')
  writeFileSync(file, 'more\n')
  closeSync(file)
  assert.equal(readFileSync(path, 'utf8'), 'new\nmore\n')
  assert.deepEqual(readdirSync(folder), ['log'])
})

test('a file that is appended to stays where its bytes are refused, and nothing is left beside it', (t) => {
  const folder = tempFolder(t)
  const path = join(folder, 'log')
  writeFileSync(path, 'old\n')
  const refused = () => {
    throw new Error('no space')
  }
  assert.throws(() => replaceOpen(path, 'new\n', refused), /no space/)
  assert.equal(readFileSync(path, 'utf8'), 'old\n')
  assert.deepEqual(readdirSync(folder), ['log'])
})
