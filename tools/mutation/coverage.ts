// Which parts of which files a test runs, from what V8 counts while it runs: a guard that a test never reaches cannot be missed
// by it. Types are stripped into spaces, so that V8's offsets are those of the TypeScript source.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

type Range = { readonly startOffset: number; readonly endOffset: number; readonly count: number }
type Script = { readonly url: string; readonly functions: readonly { readonly ranges: readonly Range[] }[] }
/** From the first offset to before the second. */
type Piece = readonly [from: number, to: number]

/** By the path below the tree, what was run of the file. */
export type Coverage = Readonly<Record<string, readonly Piece[]>>

export function isRun(coverage: Coverage, path: string, offset: number): boolean {
  return (coverage[path] ?? []).some(([from, to]) => from <= offset && offset < to)
}

/** From the folder that NODE_V8_COVERAGE named, one file for each process of the test. Tests themselves are left out. */
export function readCoverage(folder: string, root: string): Coverage {
  const coverage: Record<string, Piece[]> = {}
  for (const name of readdirSync(folder)) {
    const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { readonly result: readonly Script[] }
    for (const { url, functions } of result) {
      const path = url.startsWith('file:') ? fileURLToPath(url) : ''
      if (!path.startsWith(`${root}/`) || path.startsWith(`${root}/test/`) || path.includes('/node_modules/')) continue
      const inTree = path.slice(root.length + 1)
      coverage[inTree] = [...(coverage[inTree] ?? []), ...runPieces(functions.flatMap(({ ranges }) => ranges))]
    }
  }
  return coverage
}

/** Ranges lie in each other, and the innermost counts. */
function runPieces(ranges: readonly Range[]): Piece[] {
  const ends = ranges.flatMap(({ startOffset, endOffset }) => [startOffset, endOffset])
  const bounds = [...new Set(ends)].sort((a, b) => a - b)
  const counts = new Map<number, number>()
  // Those around come first, so that what lies in them writes over them.
  for (const range of ranges.toSorted((a, b) => sizeOf(b) - sizeOf(a)))
    for (const bound of bounds.slice(bounds.indexOf(range.startOffset), bounds.indexOf(range.endOffset)))
      counts.set(bound, range.count)
  const pieces: Piece[] = []
  for (const [index, from] of bounds.entries()) {
    const to = bounds[index + 1]
    if (to === undefined || (counts.get(from) ?? 0) === 0) continue
    const before = pieces.at(-1)
    if (before?.[1] === from) pieces[pieces.length - 1] = [before[0], to]
    else pieces.push([from, to])
  }
  return pieces
}

function sizeOf({ startOffset, endOffset }: Range): number {
  return endOffset - startOffset
}
