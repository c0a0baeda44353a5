// Finds files that import each other in a circle, types included: a circle means that two ideas have no order.
import type { Finding } from './finding.ts'

const INSTEAD = 'move what both need into a file that imports neither, often the types'

type Edges = ReadonlyMap<string, readonly string[]>

/** One finding per circle, at its alphabetically first file. */
export function findCircles(edges: Edges): Finding[] {
  return stronglyConnected(edges)
    .filter((files) => files.length > 1 || edges.get(files[0] ?? '')?.includes(files[0] ?? ''))
    .map((files) => {
      const [first = '', ...others] = [...files].sort()
      return {
        file: first,
        line: 1,
        rule: 'circle',
        found: `imports itself by way of ${others.join(', ') || 'itself'}`,
        instead: INSTEAD,
      }
    })
}

/** Tarjan's algorithm: sets of files that all reach each other. */
export function stronglyConnected(edges: Edges): string[][] {
  const order = new Map<string, number>()
  const low = new Map<string, number>()
  const open: string[] = []
  const sets: string[][] = []
  for (const file of edges.keys()) if (!order.has(file)) visit(file)
  return sets

  function visit(file: string): void {
    order.set(file, order.size)
    low.set(file, order.get(file) ?? 0)
    open.push(file)
    for (const target of edges.get(file) ?? []) {
      if (!edges.has(target)) continue
      if (!order.has(target)) {
        visit(target)
        lower(file, low.get(target))
      } else if (open.includes(target)) lower(file, order.get(target))
    }
    if (low.get(file) === order.get(file)) sets.push(open.splice(open.indexOf(file)))
  }

  function lower(file: string, value = Number.POSITIVE_INFINITY): void {
    low.set(file, Math.min(low.get(file) ?? value, value))
  }
}
