// A project of test files in a temporary folder, and the tests of such a project run as `npm test` runs ours.
import type { ChildProcess } from 'node:child_process'
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { FROM_SOURCES } from './from-sources.ts'
import { tempFolder } from './temp-folder.ts'

const runner = fileURLToPath(new URL('../../../tools/run-tests.ts', import.meta.url))
const IMPORT = "import { describe, test } from 'node:test'\n"
/** A test that passes. */
export const GOOD = "test('good', () => {})\n"

/** With more, files of one folder share a process only where there are more files than can run at once. */
export const ONE_AT_A_TIME = { OCTO_TEST_CONCURRENCY: '1' }

/** What several tests look at, run for the first of them that asks. */
export function ranOnce<T>(run: (t: TestContext) => T): (t: TestContext) => T {
  let found: { readonly result: T } | undefined
  return (t) => {
    found ??= { result: run(t) }
    return found.result
  }
}

/** Of test files by their paths in `test`; `describe` and `test` are imported in each. */
export function aProject(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = tempFolder(t)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, 'test', name, '..'), { recursive: true })
    writeFileSync(join(folder, 'test', name), IMPORT + text)
  }
  return folder
}

/** With `npm test`, which runs in a process of its own. */
export function runTests(folder: string, words: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  const options = { cwd: folder, encoding: 'utf8', env: { ...inherited(), ...env } } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, [...FROM_SOURCES, runner, ...words], options)
  return { status, stdout, stderr, lastLine: stdout.trimEnd().split('\n').at(-1) }
}

/** The same, for what happens meanwhile. */
export function startTests(folder: string, env: NodeJS.ProcessEnv = {}): ChildProcess {
  const options = { cwd: folder, env: { ...inherited(), ...env }, stdio: 'ignore' } as const
  return spawn(process.execPath, [...FROM_SOURCES, runner], options)
}

const OF_THE_RUN_ABOVE = ['NODE_TEST_CONTEXT', 'OCTO_INTEROP', 'FORCE_COLOR', 'OCTO_TEST_LATE']

function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !OF_THE_RUN_ABOVE.includes(name)))
}
