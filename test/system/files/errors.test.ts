// Errors of the system are told apart by their codes, and only those that are named pass.
import assert from 'node:assert/strict'
import { constants } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { getSystemErrorName } from 'node:util'
import { coded } from '../../../schemas/errors.ts'
import { ignoring, isErrno } from '../../../system/errno.ts'
import { explainDisk, isFull, isMissing } from '../../../system/files/errors.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const errno = (code: string) => Object.assign(new Error(code), { code })

const SYSTEM: readonly (readonly [code: string, means: { missing?: boolean; full?: boolean }])[] = [
  ['ENOENT', { missing: true }],
  ['ENOTDIR', { missing: true }],
  ['ENOSPC', { full: true }],
  ['EDQUOT', { full: true }],
  ...['EACCES', 'EPERM', 'EIO', 'EROFS', 'ELOOP', 'EISDIR', 'EMFILE'].map((code) => [code, {}] as const),
]

for (const [code, { missing = false, full = false }] of SYSTEM)
  test(`${code} says ${missing ? 'that nothing is there' : full ? 'that the disk is full' : 'neither missing nor full'}`, () => {
    assert.deepEqual([isMissing(errno(code)), isFull(errno(code))], [missing, full])
    assert.equal(ignoring(code)(errno(code)), undefined)
    assert.throws(() => ignoring(code)(errno('EBADF')), { code: 'EBADF' })
    assert.equal(explainDisk(errno(code), 'x').code, full ? 'NO_SPACE' : 'IO_FAILED')
    assert.equal(explainDisk(errno(code), 'x', { whenFull: 'make room' }).hint, full ? 'make room' : undefined)
  })

test('a share of the disk that is used up is said to be full, although Node has no name for that', {
  skip: process.platform === 'win32' && 'libuv has numbers of its own there',
}, () => {
  const number = -constants.errno.EDQUOT
  const error = Object.assign(new Error('write'), { errno: number, code: getSystemErrorName(number) })
  assert.equal(isFull(error), true)
  assert.equal(explainDisk(error, 'x').code, 'NO_SPACE')
  assert.equal(isFull(Object.assign(error, { errno: number - 1, code: 'EIO' })), false)
})

test('a place that the file system keeps from this user is named as far as the way is open, with the way round it', (t) => {
  const folder = tempFolder(t)
  const path = join(folder, 'gone', 'file')
  const { code, message, details, hint } = explainDisk(Object.assign(errno('EACCES'), { path }), 'x')
  assert.deepEqual([code, details], ['IO_FAILED', { path, reason: 'EACCES' }])
  assert.equal(message, `this user may not write to folder \`${folder}\``)
  assert.equal(hint, `\`ls -ld ${folder}\` shows whose it is: work as that user, or name another place`)
})

test('what is no error of the system is none of them', () => {
  for (const thrown of [undefined, null, 'ENOENT', 5, new Error('ENOENT'), {}, coded('NO_SPACE', { message: 'x' })]) {
    assert.equal(isErrno(thrown, 'ENOENT', ''), false)
    assert.equal(isMissing(thrown) || isFull(thrown), false)
  }
})
