// Draws who imports whom, a floor per line: what stands on a floor imports only from the floors below it. Rooms that import
// each other in a circle share a floor, and the drawing says so.
import { posix } from 'node:path'
import { importsOf } from './check-imports.ts'
import type { SourceFile } from './finding.ts'
import { stronglyConnected } from './import-circles.ts'

/** A room, which is a folder or a lone file, and the rooms that it imports from. */
type Rooms = ReadonlyMap<string, ReadonlySet<string>>

/** The drawing of the folders directly below `within`, '' being the whole project; only what `isDrawn` names is in it. */
export function drawImports(
  files: readonly SourceFile[],
  within: string,
  isDrawn: (room: string) => boolean = () => true,
): string {
  const rooms = roomsOf(files, within, isDrawn)
  const circles = stronglyConnected(new Map([...rooms].map(([room, targets]) => [room, [...targets]])))
  const floors = floorsOf(rooms, circles)
  const lines = [...floors.keys()]
    .sort((a, b) => b - a)
    .map((floor) => `${String(floor).padStart(3)}  ${(floors.get(floor) ?? []).sort().join(' · ')}`)
  return lines.join('\n')
}

function roomsOf(files: readonly SourceFile[], within: string, isDrawn: (room: string) => boolean): Rooms {
  const rooms = new Map<string, Set<string>>()
  for (const file of files) {
    const room = roomOf(file.path, within)
    if (room === undefined || !isDrawn(room)) continue
    const targets = rooms.get(room) ?? new Set()
    rooms.set(room, targets)
    for (const { specifier } of importsOf(file)) {
      if (!specifier.startsWith('.')) continue
      const target = roomOf(posix.join(posix.dirname(file.path), specifier), within)
      if (target !== undefined && target !== room && isDrawn(target)) targets.add(target)
    }
  }
  return rooms
}

function roomOf(path: string, within: string): string | undefined {
  if (within !== '' && !path.startsWith(`${within}/`)) return undefined
  const [first = '', ...rest] = path.slice(within === '' ? 0 : within.length + 1).split('/')
  return rest.length > 0 ? `${first}/` : first
}

/** The number of each floor and what stands on it; the ground floor imports nothing of the drawing. */
function floorsOf(rooms: Rooms, circles: readonly (readonly string[])[]): ReadonlyMap<number, string[]> {
  const circleOf = new Map(circles.flatMap((circle) => circle.map((room) => [room, circle] as const)))
  const known = new Map<readonly string[], number>()
  const floors = new Map<number, string[]>()
  for (const circle of circles) {
    const floor = floorOf(circle)
    floors.set(floor, [...(floors.get(floor) ?? []), [...circle].sort().join(' ⇄ ')])
  }
  return floors

  function floorOf(circle: readonly string[]): number {
    const below = new Set(circle.flatMap((room) => [...(rooms.get(room) ?? [])]).map((room) => circleOf.get(room)))
    const floor = known.get(circle) ?? Math.max(-1, ...[...below].map((other) => lower(circle, other))) + 1
    known.set(circle, floor)
    return floor
  }

  function lower(circle: readonly string[], other: readonly string[] | undefined): number {
    return other === undefined || other === circle ? -1 : floorOf(other)
  }
}
