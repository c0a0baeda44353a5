// Which parts of which files a test runs, from what V8 counts while it runs: a guard that a test never reaches cannot be missed
// by it. Types are stripped into spaces, so that V8's offsets are those of the TypeScript source.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

type Range = { readonly startOffset: number; readonly endOffset: number; readonly count: number }
type Script = { readonly url: string; readonly functions: readonly { readonly ranges: readonly Range[] }[] }

export type Coverage = {
  /** Whether the test ran what stands at the offset of the file (a path below the tree). */
  runs(path: string, offset: number): boolean
}

/** From the folder that NODE_V8_COVERAGE named, one file for each process of the test. */
export function readCoverage(folder: string, root: string): Coverage {
  const rangesOf = new Map<string, (readonly Range[])[]>()
  for (const name of readdirSync(folder)) {
    const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { readonly result: readonly Script[] }
    for (const { url, functions } of result) {
      const path = url.startsWith('file:') ? fileURLToPath(url) : ''
      if (!path.startsWith(`${root}/`) || path.includes('/node_modules/')) continue
      const inTree = path.slice(root.length + 1)
      const earlier = rangesOf.get(inTree) ?? []
      rangesOf.set(inTree, [...earlier, functions.flatMap(({ ranges }) => ranges)])
    }
  }
  return { runs: (path, offset) => (rangesOf.get(path) ?? []).some((ranges) => isRun(ranges, offset)) }
}

/** The innermost range around the offset counts. */
function isRun(ranges: readonly Range[], offset: number): boolean {
  const around = ranges.filter(({ startOffset, endOffset }) => startOffset <= offset && offset < endOffset)
  const size = ({ startOffset, endOffset }: Range) => endOffset - startOffset
  return (
    around.reduce((a, b) => (size(b) <= size(a) ? b : a), { startOffset: 0, endOffset: Number.MAX_VALUE, count: 0 })
      .count > 0
  )
}
