// What the file system keeps from this user is named by its place, and everything else stays what it was.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { coded, isCoded } from '../../../schemas/errors.ts'
import { explainRefusal } from '../../../system/files/refusal.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { BUNDLE } from '../../support/octo/run-octo.ts'

const OCTO = fileURLToPath(new URL('../../../bin/octo.js', import.meta.url))

const refusal = (code: string, path: string | undefined, more = {}) =>
  Object.assign(new Error(code), { code, syscall: 'open', ...(path === undefined ? {} : { path }), ...more })

test('a refused place is the nearest one that is there, with the reason and a way out', (t) => {
  const folder = tempFolder(t)
  const file = join(folder, 'it’s a file')
  writeFileSync(file, '')
  for (const [code, path, more, place, says, hint] of [
    ['EACCES', join(folder, 'a', 'b'), {}, folder, /this user may not write to folder/, /^`ls -ld \//],
    ['EACCES', file, {}, file, /this user may not write to `/, /^`ls -ld '\//],
    ['EPERM', file, { syscall: 'chmod' }, file, /the system does not let this user change/, /^`ls -ld/],
    [
      'EROFS',
      join(folder, 'new'),
      { syscall: 'mkdir' },
      folder,
      /is on a disk that is mounted read-only/,
      /mount this one/,
    ],
    ['EROFS', join(folder, 'staged'), { syscall: 'rename', dest: file }, file, /mounted read-only/, /can be written/],
  ] as const) {
    const error = explainRefusal(refusal(code, path, more))
    assert.ok(isCoded(error, 'IO_FAILED'), code)
    assert.match(error.message, says)
    assert.ok(error.message.includes(`\`${place}\``), error.message)
    assert.match(String(error.hint), hint)
    assert.equal(error.details.reason, code)
  }
})

test('a place that can be none is named, with what can be done: a link to itself, a name that is too long', (t) => {
  const folder = tempFolder(t)
  const loop = join(folder, 'octo.yaml')
  symlinkSync('octo.yaml', loop)
  const long = join(folder, 'a'.repeat(300))
  for (const [path, says, hint] of [
    [loop, /octo\.yaml` is reached by links that lead back to themselves$/, `\`ls -l ${loop}\` shows where it leads`],
    [long, /has a name that is too long/, 'name a place with a shorter path'],
  ] as const) {
    const error = explainRefusal(thrownBy(() => statSync(path)))
    assert.ok(isCoded(error, 'IO_FAILED'), path)
    assert.match(error.message, says)
    assert.equal(error.hint, hint)
    assert.equal(error.details.path, path)
  }
})

function thrownBy(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    return error
  }
}

test('a working directory that was removed is no defect of octo, whatever is run there', {
  skip: process.platform === 'win32' && 'a folder that is in use cannot be removed there',
}, (t) => {
  const gone = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"'
  for (const words of [['list'], ['run', 'check-tcp'], ['check'], ['status']]) {
    const { status, stderr } = spawnSync('/bin/sh', ['-c', gone, 'sh', process.execPath, OCTO, ...words], {
      cwd: tempFolder(t),
      env: { ...process.env, ...BUNDLE },
      encoding: 'utf8',
    })
    assert.match(stderr, /^error\[IO_FAILED\]: the working directory was removed$/m, words.join(' '))
    assert.match(stderr, /^hint: change to a folder that is there/m)
    assert.equal(status, 74)
  }
})

test('whoever knows a way round says it', (t) => {
  const error = explainRefusal(refusal('EACCES', join(tempFolder(t), 'x')), 'name another folder')
  assert.ok(isCoded(error))
  assert.equal(error.hint, 'name another folder')
})

test('other errors pass as they are: of other kinds, of no file, and those that are explained already', () => {
  for (const error of [
    refusal('ENOENT', '/x'),
    refusal('EIO', '/x'),
    refusal('EACCES', undefined, { syscall: 'listen' }),
    refusal('EACCES', '/x', { syscall: 'spawn /x' }),
    coded('NO_SPACE', { message: 'x' }),
    new TypeError('EACCES'),
    undefined,
    'EACCES',
  ])
    assert.equal(explainRefusal(error), error)
})
