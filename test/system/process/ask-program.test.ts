import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askProgram } from '../../../system/process/ask-program.ts'

const skip = process.platform === 'win32' && 'there is no shell'
const ask = (script: string, timeoutMs = 600_000) => askProgram({ file: '/bin/sh', argv: ['-c', script], timeoutMs })

test('what a program prints is its answer, also where it ends with another code than 0', { skip }, () => {
  assert.deepEqual(ask('echo 1.2.3; echo no >&2; exit 3'), { exitCode: 3, stdout: '1.2.3\n' })
})

test('a program is given no variables but those that are meant for it', { skip }, () => {
  const { stdout } = askProgram({ file: '/usr/bin/env', argv: [], env: { LC_ALL: 'C' }, timeoutMs: 600_000 })
  assert.equal(stdout, 'LC_ALL=C\n')
})

test('a program that wants to go on for ever is ended, and has given no code', { skip }, () => {
  assert.equal(ask("trap '' TERM; echo begun; while :; do :; done", 50).exitCode, undefined)
})

test('a program that is not there gives no answer', () => {
  assert.deepEqual(askProgram({ file: '/no/such/program', argv: [], timeoutMs: 600_000 }), {
    exitCode: undefined,
    stdout: '',
  })
})
