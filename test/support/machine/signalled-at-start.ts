// A program that a signal reaches in the moment in which it has started a child: what became of both.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { FROM_SOURCES } from './from-sources.ts'
import { isGone, pidIn } from './processes.ts'
import { tempFolder } from './temp-folder.ts'

const PRELOAD = fileURLToPath(new URL('../../fixtures/signal-at-start.ts', import.meta.url))

type Given = {
  /** Imports by absolute addresses. */
  readonly script: string
  /** Its `process.argv` from the second on. */
  readonly words?: readonly string[]
  readonly signal: NodeJS.Signals
}

/** Waits until the program has ended and its child as well, or a minute has gone by. */
export async function signalledAtStart(t: TestContext, { script, words = [], signal }: Given) {
  const file = join(tempFolder(t), 'child')
  const argv = [...FROM_SOURCES, '--import', PRELOAD, '--input-type=module', '-e', script, '--', ...words]
  const env = { ...process.env, SIGNAL_AT_START: signal, CHILD_AT_START: file }
  const program = spawn(process.execPath, argv, { env, stdio: ['ignore', 'ignore', 'inherit'] })
  t.after(() => program.kill('SIGKILL'))
  const [exitCode, endedBy] = await once(program, 'exit')
  const child = await pidIn(file)
  const isChildGone = await isGone(child)
  if (!isChildGone) process.kill(child, 'SIGKILL')
  return { exitCode, endedBy, isChildGone }
}
