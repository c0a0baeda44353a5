// The order in which test files run: those that take longest first, so that the end of a run does not wait for one of them.
// A file of ten seconds that is missing here costs nothing; one of a minute that comes last costs half of that.

/** Longest first, as measured on two cores. */
export const LONGEST: readonly string[] = [
  'test/publisher/project/init.test.ts',
  'test/tools/run-tests.test.ts',
  'test/docs/operating.test.ts',
  'test/demo/start.test.ts',
  'test/demo/stack.test.ts',
  'test/client/install/many-processes.test.ts',
  'test/journeys/hostile/nothing-unproven-runs.test.ts',
  'test/faults/failing-fsync.test.ts',
  'test/faults/resume-download.test.ts',
  'test/registry/tree/tree.test.ts',
  'test/faults/kill-install.test.ts',
  'test/faults/publish-race.test.ts',
  'test/faults/stop-under-load.test.ts',
  'test/faults/kill-registry.test.ts',
  'test/docs/publishing.test.ts',
  'test/publisher/publish/interference.test.ts',
  'test/journeys/offline/mounted-stores.test.ts',
  'test/faults/full-registry-disk.test.ts',
  'test/registry/data-lock.test.ts',
  'test/faults/full-store-disk.test.ts',
  'test/terminal/pty.test.ts',
  'test/registry/tree/crash.test.ts',
  'test/registry/publish/meanwhile.test.ts',
]

/** The others stay as they are, behind them. */
export function longestFirst(paths: readonly string[]): string[] {
  const placeOf = (path: string) => LONGEST.indexOf(path) + 1 || LONGEST.length + 1
  return paths.toSorted((a, b) => placeOf(a) - placeOf(b))
}
