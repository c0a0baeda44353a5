// Which tests may notice a change of a file: those that import it, near ones and those that speak of its refusals first.
import { posix } from 'node:path'
import { importsOf } from '../check-imports.ts'
import type { SourceFile } from '../finding.ts'

type TestChoice = {
  /** Test files that import the file, directly or through others, the most likely first. */
  testsOf(path: string): string[]
}

/** Tests of many parts together, which start programs: a guard deserves one that is near. */
const OF_THE_WHOLE = /^test\/(?:journeys|faults|interop|docs|start|bench|fuzz)\//

export function chooseTests(files: readonly SourceFile[]): TestChoice {
  const edges = new Map(files.map((file) => [file.path, targetsOf(file)]))
  const tests = files.map(({ path }) => path).filter((path) => path.endsWith('.test.ts') && !OF_THE_WHOLE.test(path))
  const reached = new Map(tests.map((path) => [path, reachableFrom(path, edges)]))
  const codes = new Map(files.map(({ path, text }) => [path, codesOf(text)]))
  return {
    testsOf(path) {
      const thrown = [...(codes.get(path) ?? [])]
      const likely = (test: string) =>
        nearness(test, path) + (thrown.some((code) => codes.get(test)?.has(code)) ? SAME_CODE : 0)
      return tests
        .filter((test) => reached.get(test)?.has(path))
        .sort((a, b) => likely(b) - likely(a) || sizeOf(reached, a) - sizeOf(reached, b))
    },
  }
}

/** A test that expects a code which the file throws is as likely as one that is a folder nearer. */
const SAME_CODE = 1

function codesOf(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/'([A-Z]+(?:_[A-Z]+)+)'/g)].map(([, code = '']) => code))
}

function targetsOf(file: SourceFile): string[] {
  return importsOf(file)
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ specifier }) => posix.join(posix.dirname(file.path), specifier))
}

function reachableFrom(start: string, edges: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const seen = new Set<string>([start])
  for (const path of seen) for (const target of edges.get(path) ?? []) seen.add(target)
  return seen
}

/** `test/client/store/x.test.ts` is as near to `client/store/y.ts` as two shared folders; a same name is nearer. */
function nearness(test: string, path: string): number {
  const folders = posix.dirname(test).split('/').slice(1)
  const own = posix.dirname(path).split('/')
  const shared = own.findIndex((folder, index) => folder !== folders[index])
  const sameName = posix.basename(test, '.test.ts') === posix.basename(path, '.ts') ? 1 : 0
  return (shared < 0 ? own.length : shared) + sameName
}

function sizeOf(reached: ReadonlyMap<string, ReadonlySet<string>>, test: string): number {
  return reached.get(test)?.size ?? 0
}
