// Asks for the first test that notices when a guard is taken away: those that run what it refuses with, then those that run it.
import type { SourceFile } from '../finding.ts'
import type { CopiedTree } from './copied-tree.ts'
import { isRun } from './coverage.ts'
import type { Guard } from './find-guards.ts'
import type { Records, Usual } from './records.ts'

export type Mutant = { readonly file: SourceFile; readonly guard: Guard }

type Noticing = {
  readonly tree: Pick<CopiedTree, 'write' | 'run' | 'cover'>
  readonly records: Records
  /** Those that may reach the file, the likely ones first. */
  readonly tests: readonly string[]
  readonly maxTests: number
  /** Of those of which nothing is written down yet. */
  readonly maxLookedAt: number
  /** Is told of a test that fails as it is. */
  readonly onUnusable: (test: string) => void
}

/** Slow tests are left out: they start many programs, and a guard deserves a test that is near to it. */
const MAX_TEST_MS = 90_000

export async function testThatNotices(mutant: Mutant, noticing: Noticing): Promise<string | undefined> {
  let left = noticing.maxTests
  for await (const [test, ms] of testsToAsk(mutant, noticing)) {
    if (left-- === 0) return undefined
    if (await notices(test, { mutant, ms, noticing })) return test
  }
  return undefined
}

async function* testsToAsk({ file, guard }: Mutant, noticing: Noticing): AsyncGenerator<readonly [string, number]> {
  const { tests, records, maxLookedAt } = noticing
  const others: [string, number][] = []
  let left = maxLookedAt
  for (const test of tests) {
    // What is written down costs nothing, however far away the test is.
    if (!records.of(test, file.path) && left-- <= 0) continue
    const usual = await usualOf(test, file.path, noticing)
    if (!usual || usual.ms > MAX_TEST_MS) continue
    if (isRun(usual.coverage, file.path, guard.refusal)) yield [test, usual.ms]
    else if (isRun(usual.coverage, file.path, guard.start)) others.push([test, usual.ms])
  }
  yield* others
}

/** What a test runs and how long when nothing is changed; undefined when it fails then. */
export function usualOf(
  test: string,
  guarded: string,
  { records, tree, onUnusable }: Omit<Noticing, 'tests' | 'maxTests' | 'maxLookedAt'>,
): Usual | Promise<Usual | undefined> {
  return records.of(test, guarded) ?? records.lookAt(test, look)

  async function look(): Promise<Usual | undefined> {
    const startedAt = performance.now()
    const coverage = await tree.cover(test, 2 * MAX_TEST_MS)
    if (!coverage) onUnusable(test)
    return coverage && { ms: performance.now() - startedAt, coverage }
  }
}

type Asking = { readonly mutant: Mutant; readonly ms: number; readonly noticing: Noticing }

/** A test that does not end may have met a machine without time for it: then it would not end as it is either. */
async function notices(test: string, { mutant, ms, noticing }: Asking): Promise<boolean> {
  const { file, guard } = mutant
  const { tree } = noticing
  const timeoutMs = 3 * ms + 10_000
  tree.write(file.path, `${file.text.slice(0, guard.start)}${guard.replacement}${file.text.slice(guard.end)}`)
  const outcome = await tree.run(test, timeoutMs)
  tree.write(file.path, file.text)
  return outcome === 'not in time' ? (await tree.run(test, timeoutMs)) === 'passed' : outcome === 'failed'
}
