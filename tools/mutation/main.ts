// `npm run mutate -- trust …`: takes away one guard at a time and runs the tests that may notice. A guard that
// nobody misses is a survivor: it is shown, and the exit code is 1.
//
//   npm run mutate -- trust schemas/json.ts            files and folders
//   npm run mutate -- trust/image/image-files.ts:40    the guards of one line, once their test is written
//   npm run mutate -- --tests 6 client/store           at most that many test files that reach it (default 14)
//   npm run mutate -- --look 6 client/store            at most that many tests whose reach is not known yet (default 40)
//   npm run mutate -- --jobs 1 client/store            one at a time (default 2)
//   npm run mutate -- --list client/store              only say which guards there are
//   npm run mutate -- --record test/client/programs    write down what these tests run, so that they are asked first
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { count, formatDuration, processStreams } from '../../terminal/index.ts'
import type { SourceFile } from '../finding.ts'
import { sourceFiles, sourcePaths } from '../source-files.ts'
import { chooseTests } from './choose-tests.ts'
import type { CopiedTree } from './copied-tree.ts'
import { copyTree } from './copied-tree.ts'
import { findGuards } from './find-guards.ts'
import type { Mutant } from './notice.ts'
import { testThatNotices, usualOf } from './notice.ts'
import { reasonFor } from './reasons.ts'
import { openRecords } from './records.ts'

const DEFAULT_JOBS = 2
const DEFAULT_TESTS = 14
/** Those further away hardly reach the guard. */
const DEFAULT_LOOK = 40

const root = fileURLToPath(new URL('../..', import.meta.url))
const { out } = processStreams()
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    tests: { type: 'string' },
    look: { type: 'string' },
    jobs: { type: 'string' },
    list: { type: 'boolean' },
    record: { type: 'boolean' },
  },
})
const files = sourceFiles(root)
const records = openRecords(join(root, 'node_modules/.cache/mutation'), files)
const asked = positionals.map((word) => {
  const [, path = word, line] = /^(.+):(\d+)$/.exec(word) ?? []
  return { path, line }
})
const mutants = files.filter(({ path }) => path.endsWith('.ts')).flatMap(mutantsOf)

if (values.list) for (const mutant of mutants) out.write(`${nameOf(mutant)}\n`)
else if (values.record) await record()
else process.exitCode = await run()

function mutantsOf(file: SourceFile): readonly Mutant[] {
  const words = asked.filter((word) => isBelow(file.path, word.path))
  if (words.length === 0) return []
  return findGuards(file.text)
    .filter((guard) => words.some(({ line }) => line === undefined || guard.line === Number(line)))
    .map((guard) => ({ file, guard }))
}

function isAsked(path: string): boolean {
  return asked.some((word) => isBelow(path, word.path))
}

function isBelow(path: string, word: string): boolean {
  return path === word || path.startsWith(`${word}/`)
}

async function run(): Promise<number> {
  const startedAt = performance.now()
  const survivors: Mutant[] = []
  const choice = chooseTests(files)
  await inCopies(mutants, async (mutant, tree) => {
    const tests = choice.testsOf(mutant.file.path)
    const [maxTests, maxLookedAt] = [Number(values.tests ?? DEFAULT_TESTS), Number(values.look ?? DEFAULT_LOOK)]
    const noticedBy = await testThatNotices(mutant, { tree, records, tests, maxTests, maxLookedAt, onUnusable })
    if (noticedBy === undefined) survivors.push(mutant)
    out.write(`${noticedBy === undefined ? '✗' : '✓'} ${nameOf(mutant)}  ${noticedBy ?? ''}\n`)
  })
  for (const mutant of survivors) out.write(`survivor: ${nameOf(mutant)}\n${explained(mutant)}`)
  const open = survivors.filter((mutant) => reasonOf(mutant) === undefined)
  out.write(`${count(mutants.length, 'guard')} in ${formatDuration(performance.now() - startedAt)}: `)
  out.write(
    `${mutants.length - survivors.length} missed when taken away, ${survivors.length - open.length} with a reason, `,
  )
  out.write(`${open.length} not missed\n`)
  return mutants.length === 0 || open.length > 0 ? 1 : 0
}

async function record(): Promise<void> {
  const tests = files.map(({ path }) => path).filter((path) => path.endsWith('.test.ts') && isAsked(path))
  await inCopies(tests, async (test, tree) => {
    const usual = await usualOf(test, test, { tree, records, onUnusable })
    if (usual) out.write(`${test}  ${formatDuration(usual.ms)}\n`)
  })
}

async function inCopies<Item>(items: readonly Item[], work: (item: Item, tree: CopiedTree) => Promise<void>) {
  const waiting = [...items]
  await Promise.all(
    Array.from({ length: Number(values.jobs ?? DEFAULT_JOBS) }, async () => {
      using tree = copyTree(root, sourcePaths(root))
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item, tree)
    }),
  )
}

function onUnusable(test: string): void {
  out.write(`! ${test} does not pass as it is, so it notices nothing\n`)
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
