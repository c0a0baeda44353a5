// A copy of the repository in which one file at a time is changed and tests are run, so that the real one stays untouched.
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export type CopiedTree = Disposable & {
  write(path: string, text: string): void
  /** False when the test failed or did not end in time. */
  passes(test: string, timeoutMs: number): Promise<boolean>
}

export function copyTree(root: string, paths: readonly string[]): CopiedTree {
  const copy = mkdtempSync(join(tmpdir(), 'octo-mutation-'))
  for (const path of paths) {
    mkdirSync(dirname(join(copy, path)), { recursive: true })
    cpSync(join(root, path), join(copy, path))
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  return {
    write: (path, text) => writeFileSync(join(copy, path), text),
    passes: (test, timeoutMs) => runTest(copy, test, timeoutMs),
    [Symbol.dispose]: () => rmSync(copy, { recursive: true, force: true }),
  }
}

function runTest(cwd: string, test: string, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [test], { cwd, stdio: 'ignore', detached: true })
    const timer = setTimeout(() => stopGroup(child.pid), timeoutMs)
    child.once('exit', (code) => {
      clearTimeout(timer)
      stopGroup(child.pid)
      resolve(code === 0)
    })
  })
}

/** A changed program may loop or leave children behind. */
function stopGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // The group is gone, as it should be.
  }
}
