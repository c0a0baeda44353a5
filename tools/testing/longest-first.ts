// The order in which test files run: those that take longest first, so that the end of a run does not wait for one of them.
// A file of ten seconds that is missing here costs nothing; one of a minute that comes last costs half of that.

/** Longest first, as measured on two cores: those of ten seconds and more. Each has a process of its own. */
export const LONGEST: readonly string[] = [
  'test/tools/run-tests.test.ts',
  'test/demo/stack.test.ts',
  'test/registry/data-dir/lock.test.ts',
  'test/journeys/first-minutes.test.ts',
  'test/docs/operating.test.ts',
  'test/journeys/pipelines.test.ts',
  'test/sdk/contracts.test.ts',
  'test/demo/start.test.ts',
  'test/tools/bundle.test.ts',
  'test/publisher/project/init.test.ts',
  'test/faults/kill-between-steps.test.ts',
  'test/client/install/many-processes.test.ts',
]

/** The others stay as they are, behind them. */
export function longestFirst(paths: readonly string[]): string[] {
  const placeOf = (path: string) => LONGEST.indexOf(path) + 1 || LONGEST.length + 1
  return paths.toSorted((a, b) => placeOf(a) - placeOf(b))
}
