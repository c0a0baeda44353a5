// A build command and the signals that octo is sent meanwhile.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signalledAtStart } from '../../support/machine/signalled-at-start.ts'

const options = { skip: process.platform === 'win32' && 'Windows has no signals' }
const MODULE = new URL('../../../publisher/pack/run-command.ts', import.meta.url).href

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  test(`${signal} in the moment in which a build command begins ends the command, too`, options, async (t) => {
    const script = `const { runCommand } = await import(${JSON.stringify(MODULE)})
      const command = { program: 'sleep', args: ['600'], env: {}, passEnv: [] }
      await runCommand(command, { dir: '/', env: process.env, onLine: () => {} })`
    const ended = await signalledAtStart(t, { script, signal })
    assert.deepEqual(ended, { exitCode: null, endedBy: signal, isChildGone: true })
  })
