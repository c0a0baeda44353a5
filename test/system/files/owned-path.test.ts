// Who could change a file: every folder and link on the way to it is asked.
import assert from 'node:assert/strict'
import { chmodSync, chownSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { problemOfPath } from '../../../system/files/owned-path.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const IS_ROOT = process.getuid?.() === 0
const SOMEBODY = 54_321

test('folders of this user and of root are fine, and shared ones where nobody can replace what others have', (t) => {
  const folder = tempFolder(t)
  mkdirSync(join(folder, 'a/b'), { recursive: true })
  chmodSync(join(folder, 'a'), 0o1777)
  assert.equal(problemOfPath(join(folder, 'a/b')), undefined)
})

for (const [mode, wrong] of [
  [0o755, false],
  [0o700, false],
  [0o1777, false],
  [0o1775, false],
  [0o777, true],
  [0o775, process.getuid?.() === 0],
  [0o702, true],
] as const)
  test(`a folder on the way with mode ${mode.toString(8)} is ${wrong ? 'refused' : 'fine'}`, (t) => {
    const folder = tempFolder(t)
    const [parent, child] = [join(folder, 'parent'), join(folder, 'parent/child')]
    mkdirSync(child, { recursive: true })
    chmodSync(parent, mode)
    assert.equal(problemOfPath(child)?.place, wrong ? parent : undefined)
  })

test('what a link leads to counts, and not the mode of the link', (t) => {
  const folder = tempFolder(t)
  mkdirSync(join(folder, 'open/good'), { recursive: true })
  mkdirSync(join(folder, 'good'))
  for (const [name, target] of [
    ['one', 'good'],
    ['two', join(folder, 'good')],
    ['three', 'one'],
    ['up', './open/../good'],
  ] as const) {
    symlinkSync(target, join(folder, name))
    assert.equal(problemOfPath(join(folder, name)), undefined, name)
  }
  symlinkSync('open/good', join(folder, 'bad'))
  chmodSync(join(folder, 'open'), 0o777)
  assert.equal(problemOfPath(join(folder, 'bad'))?.place, join(folder, 'open'))
})

test('a file that others can write is refused, and links without an end', (t) => {
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'file'), '')
  chmodSync(join(folder, 'file'), 0o666)
  assert.equal(problemOfPath(join(folder, 'file'))?.own, true)
  symlinkSync('loop', join(folder, 'loop'))
  assert.match(String(problemOfPath(join(folder, 'loop'))?.problem), /too many links/)
})

test('a folder or link of another user is refused', { skip: !IS_ROOT }, (t) => {
  const folder = tempFolder(t)
  mkdirSync(join(folder, 'theirs/mine'), { recursive: true })
  chownSync(join(folder, 'theirs'), SOMEBODY, SOMEBODY)
  assert.equal(problemOfPath(join(folder, 'theirs/mine'))?.place, join(folder, 'theirs'))
  mkdirSync(join(folder, 'mine'))
  symlinkSync('mine', join(folder, 'link'))
  lchownSync(join(folder, 'link'), SOMEBODY, SOMEBODY)
  assert.equal(problemOfPath(join(folder, 'link'))?.place, join(folder, 'link'))
})
