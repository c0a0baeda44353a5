// A copy of the repository in which one file at a time is changed and tests are run, so that the real one stays untouched.
import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Coverage } from './coverage.ts'
import { readCoverage } from './coverage.ts'

type Outcome = 'passed' | 'failed' | 'not in time'

export type CopiedTree = Disposable & {
  write(path: string, text: string): void
  run(test: string, timeoutMs: number): Promise<Outcome>
  /** What the unchanged test runs; undefined when it fails or does not end in time. */
  cover(test: string, timeoutMs: number): Promise<Coverage | undefined>
}

export function copyTree(root: string, paths: readonly string[]): CopiedTree {
  const copy = realpathSync(mkdtempSync(join(tmpdir(), 'octo-mutation-')))
  const cache = mkdtempSync(join(tmpdir(), 'octo-mutation-cache-'))
  for (const path of paths) {
    mkdirSync(dirname(join(copy, path)), { recursive: true })
    cpSync(join(root, path), join(copy, path))
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  // Tests that look over the source ask git which files it is. A link is no folder to `node_modules/` of .gitignore.
  execFileSync('git', ['init', '--quiet', copy])
  mkdirSync(join(copy, '.git/info'), { recursive: true })
  writeFileSync(join(copy, '.git/info/exclude'), 'node_modules\n')
  return {
    write: (path, text) => writeFileSync(join(copy, path), text),
    run: (test, timeoutMs) => runTest(test, { cwd: copy, timeoutMs, env: { NODE_COMPILE_CACHE: cache } }),
    cover: (test, timeoutMs) => coverTest(test, { cwd: copy, timeoutMs }),
    [Symbol.dispose]() {
      for (const folder of [copy, cache]) rmSync(folder, { recursive: true, force: true })
    },
  }
}

type Running = { readonly cwd: string; readonly timeoutMs: number; readonly env?: Readonly<Record<string, string>> }

/** Node hands the folder of the coverage on to every child, whatever its environment: a test that notices runs once more without. */
async function coverTest(test: string, { cwd, timeoutMs }: Running): Promise<Coverage | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'octo-coverage-'))
  try {
    const passes = async (env: Readonly<Record<string, string>>) =>
      (await runTest(test, { cwd, timeoutMs, env })) === 'passed'
    const passed = (await passes({ NODE_V8_COVERAGE: folder })) || (await passes({}))
    return passed ? readCoverage(folder, cwd) : undefined
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function runTest(test: string, { cwd, timeoutMs, env }: Running): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [test], {
      cwd,
      stdio: 'ignore',
      detached: true,
      env: { ...process.env, ...env },
    })
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      stopGroup(child.pid)
    }, timeoutMs)
    child.once('exit', (code) => {
      clearTimeout(timer)
      stopGroup(child.pid)
      resolve(isLate ? 'not in time' : code === 0 ? 'passed' : 'failed')
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
