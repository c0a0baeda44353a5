// A program that an operator drives in the foreground, and the signals that the operator is sent meanwhile.
import assert from 'node:assert/strict'
import { constants } from 'node:os'
import { test } from 'node:test'
import { signalledAtStart } from '../support/machine/signalled-at-start.ts'

const options = { skip: process.platform === 'win32' && 'Windows has no signals' }
const MODULE = new URL('../../sdk/operator/run-program.ts', import.meta.url).href

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  test(`${signal} in the moment in which the program begins is its own`, options, async (t) => {
    const script = `const { runProgram } = await import(${JSON.stringify(MODULE)})
      process.exitCode = await runProgram(['sleep', '600'])`
    const ended = await signalledAtStart(t, { script, signal })
    assert.deepEqual(ended, { exitCode: 128 + constants.signals[signal], endedBy: null, isChildGone: true })
  })
