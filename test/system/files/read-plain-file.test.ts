// A small file is read whole, or not at all: no pipe is waited for, no device is read until the memory is full.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { readPlainFile } from '../../../system/files/read-plain-file.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const WITHOUT_PIPES = process.platform === 'win32' && 'Windows has no pipes and devices in its folders'

test('a file of as many bytes as are allowed is read, and of one more is not', (t) => {
  const path = join(tempFolder(t), 'file')
  for (const text of ['', 'x', '0123456789']) {
    writeFileSync(path, text)
    assert.equal(readPlainFile(path, 10).toString(), text)
  }
  writeFileSync(path, '0123456789a')
  assert.equal(expectCode('LIMIT_EXCEEDED', () => readPlainFile(path, 10)).details.limit, 10)
  truncateSync(path, 8 * 1024 ** 4)
  expectCode('LIMIT_EXCEEDED', () => readPlainFile(path, 10))
})

test('what is no file is refused, whatever leads to it', { skip: WITHOUT_PIPES }, async (t) => {
  const folder = tempFolder(t)
  const [pipe, device, toPipe, socket] = ['pipe', 'device', 'to-pipe', 'socket'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ]
  const server = createServer().listen(socket)
  t.after(() => server.close())
  await once(server, 'listening')
  execFileSync('mkfifo', [pipe])
  symlinkSync('/dev/zero', device)
  symlinkSync('pipe', toPipe)
  for (const path of [pipe, device, toPipe, socket, folder])
    assert.match(expectCode('IO_FAILED', () => readPlainFile(path, 10)).message, / is not a file$/)
})

test('what is missing says so in the words of the system', (t) => {
  assert.throws(() => readPlainFile(join(tempFolder(t), 'none'), 10), { code: 'ENOENT' })
})

test('a file that is longer than the system says is read to its end', {
  skip: process.platform !== 'linux' && 'only Linux has files without a size',
}, () => {
  const text = readPlainFile('/proc/self/status', 64 * 1024).toString()
  assert.match(text, new RegExp(`\nPid:\t${process.pid}\n`))
  assert.ok(text.endsWith('\n'))
  expectCode('LIMIT_EXCEEDED', () => readPlainFile('/proc/self/status', 10))
})
