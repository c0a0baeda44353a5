// `npm run mutate -- trust …`: takes away one guard at a time and runs the tests that may notice. A guard that
// nobody misses is a survivor: it is shown, and the exit code is 1.
//
//   npm run mutate -- trust schemas/json.ts            files and folders
//   npm run mutate -- trust/image/image-files.ts:40    the guards of one line, once their test is written
//   npm run mutate -- --tests 6 client/store           at most that many test files that reach it (default 14)
//   npm run mutate -- --jobs 1 client/store            one at a time (default 2)
//   npm run mutate -- --list client/store              only say which guards there are
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { count, formatDuration, processStreams } from '../../terminal/index.ts'
import type { SourceFile } from '../finding.ts'
import { sourceFiles, sourcePaths } from '../source-files.ts'
import type { TestChoice } from './choose-tests.ts'
import { chooseTests } from './choose-tests.ts'
import type { CopiedTree } from './copied-tree.ts'
import { copyTree } from './copied-tree.ts'
import type { Coverage } from './coverage.ts'
import type { Guard } from './find-guards.ts'
import { findGuards } from './find-guards.ts'
import { reasonFor } from './reasons.ts'

type Mutant = { readonly file: SourceFile; readonly guard: Guard }

const DEFAULT_JOBS = 2
const DEFAULT_TESTS = 14
/** Slow tests are left out: they start many programs, and a guard deserves a test that is near to it. */
const MAX_TEST_MS = 90_000
/** Tests whose coverage is asked for one guard: those further away hardly reach it. */
const MAX_LOOKED_AT = 40

const root = fileURLToPath(new URL('../..', import.meta.url))
const { out } = processStreams()
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { tests: { type: 'string' }, jobs: { type: 'string' }, list: { type: 'boolean' } },
})
const files = sourceFiles(root)
const asked = positionals.map((word) => {
  const [, path = word, line] = /^(.+):(\d+)$/.exec(word) ?? []
  return { path, line }
})
const mutants = files.filter(({ path }) => path.endsWith('.ts')).flatMap(mutantsOf)

if (values.list) for (const mutant of mutants) out.write(`${nameOf(mutant)}\n`)
else process.exitCode = await run()

function mutantsOf(file: SourceFile): readonly Mutant[] {
  const words = asked.filter(({ path }) => file.path === path || file.path.startsWith(`${path}/`))
  if (words.length === 0) return []
  return findGuards(file.text)
    .filter((guard) => words.some(({ line }) => line === undefined || guard.line === Number(line)))
    .map((guard) => ({ file, guard }))
}

async function run(): Promise<number> {
  const startedAt = performance.now()
  const survivors: Mutant[] = []
  const choice = chooseTests(files)
  const known = new Map<string, Promise<Usual>>()
  const waiting = [...mutants]
  await Promise.all(Array.from({ length: Number(values.jobs ?? DEFAULT_JOBS) }, work))
  for (const mutant of survivors) out.write(`survivor: ${nameOf(mutant)}\n${explained(mutant)}`)
  const open = survivors.filter((mutant) => reasonOf(mutant) === undefined)
  out.write(`${count(mutants.length, 'guard')} in ${formatDuration(performance.now() - startedAt)}: `)
  out.write(
    `${mutants.length - survivors.length} missed when taken away, ${survivors.length - open.length} with a reason, `,
  )
  out.write(`${open.length} not missed\n`)
  return mutants.length === 0 || open.length > 0 ? 1 : 0

  async function work(): Promise<void> {
    using tree = copyTree(root, sourcePaths(root))
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      const noticedBy = await testThatNotices(mutant, { tree, choice, known })
      if (noticedBy === undefined) survivors.push(mutant)
      out.write(`${noticedBy === undefined ? '✗' : '✓'} ${nameOf(mutant)}  ${noticedBy ?? ''}\n`)
    }
  }
}

type Setting = {
  readonly tree: CopiedTree
  readonly choice: TestChoice
  /** What each test runs and how long, when nothing is changed. */
  readonly known: Map<string, Promise<Usual>>
}

type Usual = { readonly ms: number; readonly coverage: Coverage | undefined }

async function testThatNotices({ file, guard }: Mutant, { tree, choice, known }: Setting): Promise<string | undefined> {
  const { path, text } = file
  let left = Number(values.tests ?? DEFAULT_TESTS)
  for (const test of choice.testsOf(path).slice(0, MAX_LOOKED_AT)) {
    const usual = await remembered(known, test, () => runAsUsual(tree, test))
    if (usual.ms > MAX_TEST_MS || !usual.coverage?.runs(path, guard.start)) continue
    tree.write(path, `${text.slice(0, guard.start)}${guard.replacement}${text.slice(guard.end)}`)
    const passed = await tree.passes(test, 3 * usual.ms + 10_000)
    tree.write(path, text)
    if (!passed) return test
    if (--left === 0) return undefined
  }
  return undefined
}

async function runAsUsual(tree: CopiedTree, test: string): Promise<Usual> {
  const startedAt = performance.now()
  const coverage = await tree.cover(test, 2 * MAX_TEST_MS)
  if (!coverage) out.write(`! ${test} does not pass as it is, so it notices nothing\n`)
  return { ms: performance.now() - startedAt, coverage }
}

function remembered<Value>(
  known: Map<string, Promise<Value>>,
  key: string,
  make: () => Promise<Value>,
): Promise<Value> {
  const found = known.get(key) ?? make()
  known.set(key, found)
  return found
}

function nameOf({ file, guard }: Mutant): string {
  return `${file.path}:${guard.line}  ${guard.kind}: ${guard.text}`
}

function reasonOf({ file, guard }: Mutant): string | undefined {
  return reasonFor(file.path, guard.text)
}

function explained(mutant: Mutant): string {
  const reason = reasonOf(mutant)
  return reason === undefined ? '' : `  because ${reason}\n`
}
