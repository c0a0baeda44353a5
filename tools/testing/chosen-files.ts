// Which test files a run is about.
import { globSync } from 'node:fs'
import { relative } from 'node:path'

/** Files and folders, or parts of their paths; without words all but test/interop. Paths from `cwd`, sorted, with slashes. */
export function chosenFiles(
  words: readonly string[],
  { cwd, withInterop }: { readonly cwd: string; readonly withInterop: boolean },
): string[] {
  const all = globSync('test/**/*.test.ts', { cwd }).map(slashed).sort()
  if (words.length === 0) return all.filter((path) => withInterop || !path.startsWith('test/interop/'))
  const wanted = words.map((word) => slashed(relative('.', word)))
  return all.filter((path) => wanted.some((word) => path.includes(word)))
}

function slashed(path: string): string {
  return path.replaceAll('\\', '/')
}
