// `octo run` in the foreground: as if the plugin had been called itself.
import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { FROM_SOURCES } from '../../support/machine/from-sources.ts'
import { isGone, pidIn } from '../../support/machine/processes.ts'
import { signalledAtStart } from '../../support/machine/signalled-at-start.ts'

const MODULE = new URL('../../../operator/run/interactive.ts', import.meta.url).href
const RUNNER = fileURLToPath(new URL('../../fixtures/run-interactive.ts', import.meta.url))

async function emptyDirectory(t: TestContext): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'octo-foreground-')))
  t.after(() => rm(directory, { recursive: true }))
  return directory
}

function start(words: readonly string[], cwd: string): ChildProcess {
  const env = { ...process.env, TMPDIR: cwd, SECRET: 'hunter2' }
  return spawn(process.execPath, [...FROM_SOURCES, RUNNER, ...words], { cwd, env, stdio: ['pipe', 'pipe', 'inherit'] })
}

async function run(words: readonly string[], cwd: string, input = '') {
  const child = start(words, cwd)
  child.stdin?.end(input)
  const [out, [exitCode, signal]] = await Promise.all([
    text(child.stdout as NodeJS.ReadableStream),
    once(child, 'exit'),
  ])
  return { out, exitCode, signal }
}

test('exit code, output, input and working directory are those of the plugin', async (t) => {
  const cwd = await emptyDirectory(t)
  assert.deepEqual(await run(['says.sh', 'hello', '', '7'], cwd), { out: 'hello', exitCode: 7, signal: null })
  const { out } = await run(['dumps.mjs', '--', '-x'], cwd, 'typed')
  const { details } = JSON.parse(out)
  assert.equal(details.cwd, cwd)
  assert.equal(details.stdin, 'typed')
  assert.deepEqual(details.argv, ['--', '-x'])
  assert.equal(details.env.SECRET, undefined)
  assert.deepEqual(await readdir(cwd), [], 'its private directory for temporary files is gone')
})

test('a plugin that a signal ended ends octo by the same signal', async (t) => {
  const cwd = await emptyDirectory(t)
  assert.equal((await run(['dies.sh'], cwd)).signal, 'SIGSEGV')
  assert.deepEqual(await readdir(cwd), [])
})

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
  test(`${signal} is passed on, and the answer of the plugin counts`, async (t) => {
    const cwd = await emptyDirectory(t)
    const file = join(cwd, 'pid')
    const words = signal === 'SIGTERM' ? ['ends-on-term.sh', file] : ['ignores-term.sh', file]
    const child = start(words, cwd)
    const pid = await pidIn(file)
    child.kill(signal)
    const [exitCode, ended] = await once(child, 'exit')
    assert.deepEqual([exitCode, ended], signal === 'SIGTERM' ? [0, null] : [null, signal])
    assert.ok(await isGone(pid))
  })

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
  test(`${signal} in the moment in which a plugin begins is passed on, too`, async (t) => {
    const script = `const { endAsItEnded, runHere } = await import(${JSON.stringify(MODULE)})
      const what = { file: 'sleep', argv: ['600'], env: process.env, cwd: '/' }
      await endAsItEnded(await runHere(what, (_what, { cause }) => cause))`
    const ended = await signalledAtStart(t, { script, signal })
    assert.deepEqual(ended, { exitCode: null, endedBy: signal, isChildGone: true })
  })
