// Keeps what V8 compiles while octo proves and checks a small service, so that every later start takes it from there.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compiledCodePath } from '../../bin/bundle.js'

const TRAINING = join(import.meta.dirname, 'training.ts')
const HELP_TRAINING = join(import.meta.dirname, 'help-training.ts')
const WARM_TRAINING = join(import.meta.dirname, 'warm-training.ts')
const COMPLETE_TRAINING = join(import.meta.dirname, 'complete-training.ts')
const DEADLINE_MS = 60_000

type Files = Readonly<Record<'octo' | 'help' | 'warm' | 'complete', string>>

/** Beside each bundle, in place of all that is there for others. Throws with octo's words when the training fails. */
export function writeCompiledCode({ octo, help, warm, complete }: Files): void {
  const folder = mkdtempSync(join(tmpdir(), 'octo-bundle-'))
  try {
    train([TRAINING, octo, 'prepare'], folder)
    train([TRAINING, octo, 'check', compiledCodePath(octo)], folder)
    train([HELP_TRAINING, help, compiledCodePath(help)], folder)
    train([WARM_TRAINING, warm, compiledCodePath(warm)], folder)
    train([COMPLETE_TRAINING, complete, compiledCodePath(complete)], folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** In an environment without flags for Node: V8 takes compiled code only under the flags that it was made with. */
function train(words: readonly string[], cwd: string): void {
  const { PATH = '' } = process.env
  const { status, stdout, stderr, error } = spawnSync(process.execPath, words, {
    cwd,
    env: { PATH, TMPDIR: cwd, HOME: cwd },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: DEADLINE_MS,
  })
  if (status !== 0) throw new Error(`octo did not check its example (${error?.message ?? status}): ${stdout}${stderr}`)
}
