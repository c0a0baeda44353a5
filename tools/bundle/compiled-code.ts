// Keeps what V8 compiles while octo proves and checks a small service, so that every later start takes it from there.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compiledCodePath } from '../../bin/bundle.js'

const TRAINING = join(import.meta.dirname, 'training.ts')
const DEADLINE_MS = 60_000

/** Beside `bundle`, in place of all that is there for others. Throws with octo's words when the training fails. */
export function writeCompiledCode(bundle: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'octo-bundle-'))
  try {
    train([bundle, 'prepare'], folder)
    train([bundle, 'check', compiledCodePath(bundle)], folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** In an environment without flags for Node: V8 takes compiled code only under the flags that it was made with. */
function train(words: readonly string[], cwd: string): void {
  const { PATH = '', TMPDIR = tmpdir() } = process.env
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [TRAINING, ...words], {
    cwd,
    env: { PATH, TMPDIR, HOME: cwd },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: DEADLINE_MS,
  })
  if (status !== 0) throw new Error(`octo did not check its example (${error?.message ?? status}): ${stdout}${stderr}`)
}
