// Which of many checks that come again and again may begin now. Without a clock: time is an argument, in milliseconds.
//
// - Each has one run at a time. What comes due while it runs is left out, and how often is told.
// - A lane runs so many at once. Those that are due wait for a place in the order in which they became due, and keep their place
//   however long it takes: all others begin at most once before them.
// - Owners share a lane: who has the fewest runs goes first, and none has every place, as long as there is another one. So what
//   hangs holds up its own kind.
// - Who waits for a whole interval is told of as late, once for each interval: a check that did not run is no pass.
// - A first run has no moment to be late for: it begins as soon as there is a place. One that waits is told of after a while,
//   and is no pass before.
import { momentFrom, phaseOf } from './spread.ts'

export type Task = {
  readonly id: string
  readonly owner: string
  /** `KIND`, or `KIND NAME` for one with all places of its kind to itself. */
  readonly lane: string
  readonly intervalMs: number
  /** The first run comes within this time, or within the interval when that is shorter. */
  readonly firstWithinMs: number
}

/** What is as it was when absent. */
export type Change = { readonly intervalMs?: number; readonly lane?: string }

/** The first run has no lateness. */
type Begun = { readonly entry: Entry; readonly latenessMs?: number }
type Late = { readonly entry: Entry; readonly waitedMs: number }
type Turn = { readonly begun: readonly Begun[]; readonly late: readonly Late[] }

/** `skipped`: how often it was due while it waited or ran. */
type Ended = { readonly tookMs: number; readonly skipped: number }

/** One place in a timetable; what it is at the moment is the timetable's own business. */
export type Entry = { readonly task: Task }

type Timetable = {
  add(task: Task, now: number): Entry
  /** One that runs keeps its place in the lane until `end`. */
  remove(entry: Entry): void
  /** Those that begin now, and those that are told of as late. */
  turn(now: number): Turn
  end(entry: Entry, now: number, change?: Change): Ended
  /** When `turn` has something to do, unless a run ends before. */
  nextAt(): number | undefined
}

/** A first round of many checks takes its time, and says nothing of those that are not there yet. */
const FIRST_PATIENCE_MS = 10_000

type OwnEntry = {
  task: Task
  state: 'pending' | 'waiting' | 'running' | 'removed'
  isFirst: boolean
  due: number
  /** When it has to be looked at: when it is due, or late. */
  at: number
  begunAt: number
}

type Lane = {
  readonly places: number
  readonly waiting: OwnEntry[]
  /** By owner. */
  readonly running: Map<string, number>
  /** Of all owners together. */
  taken: number
}

/** By the kind of each lane how many run at once in it. */
export function openTimetable(placesOf: Readonly<Record<string, number>>): Timetable {
  const entries = new Set<OwnEntry>()
  const agenda: OwnEntry[] = []
  const byName = new Map<string, Lane>()

  function laneOf({ task: { lane: name } }: OwnEntry): Lane {
    const found = byName.get(name)
    if (found) return found
    const places = placesOf[name.split(' ', 1)[0] as string] as number
    const lane: Lane = { places, waiting: [], running: new Map(), taken: 0 }
    byName.set(name, lane)
    return lane
  }

  function note(entry: OwnEntry, at: number): void {
    entry.at = at
    agenda.splice(placeFor(agenda, at), 0, entry)
  }

  function come(entry: OwnEntry, now: number, late: Late[]): void {
    if (entry.state === 'waiting') late.push({ entry, waitedMs: now - entry.due })
    else laneOf(entry).waiting.push(entry)
    entry.state = 'waiting'
    const patience = patienceOf(entry)
    note(entry, entry.due + (Math.floor((now - entry.due) / patience) + 1) * patience)
  }

  function begin(entry: OwnEntry, now: number): Begun {
    const lane = laneOf(entry)
    const { waiting, running } = lane
    take(waiting, entry)
    take(agenda, entry)
    running.set(entry.task.owner, (running.get(entry.task.owner) ?? 0) + 1)
    lane.taken++
    Object.assign(entry, { state: 'running', begunAt: now })
    return { entry, ...(entry.isFirst ? {} : { latenessMs: now - entry.due }) }
  }

  function leave(entry: OwnEntry): void {
    const lane = laneOf(entry)
    const { running } = lane
    lane.taken--
    const left = (running.get(entry.task.owner) ?? 1) - 1
    if (left > 0) running.set(entry.task.owner, left)
    else running.delete(entry.task.owner)
  }

  /** Whether another owner uses the lane, which one place is kept for. */
  function isShared({ task: { lane, owner } }: OwnEntry): boolean {
    for (const { task } of entries) if (task.lane === lane && task.owner !== owner) return true
    return false
  }

  return {
    add(task, now) {
      const due = now + phaseOf(task.id) * Math.min(task.firstWithinMs, task.intervalMs)
      const entry: OwnEntry = { task, state: 'pending', isFirst: true, due, at: due, begunAt: due }
      entries.add(entry)
      note(entry, due)
      return entry
    },
    remove(given) {
      const entry = given as OwnEntry
      entries.delete(entry)
      take(agenda, entry)
      if (entry.state === 'waiting') take(laneOf(entry).waiting, entry)
      if (entry.state !== 'running') entry.state = 'removed'
    },
    turn(now) {
      const late: Late[] = []
      while (agenda[0] !== undefined && agenda[0].at <= now) come(agenda.shift() as OwnEntry, now, late)
      const begun: Begun[] = []
      for (const lane of byName.values())
        for (let next = nextOf(lane, isShared); next; next = nextOf(lane, isShared)) begun.push(begin(next, now))
      return { begun, late }
    },
    end(given, now, change = {}) {
      const entry = given as OwnEntry
      const tookMs = now - entry.begunAt
      leave(entry)
      if (!entries.has(entry)) return { tookMs, skipped: 0 }
      entry.task = { ...entry.task, ...change }
      const { id, intervalMs } = entry.task
      const rhythm = { intervalMs, phase: phaseOf(id) }
      // Half an interval later at least, as the first run comes early.
      const wanted = momentFrom((entry.isFirst ? entry.begunAt : entry.due) + intervalMs / 2, rhythm)
      const due = wanted >= now ? wanted : momentFrom(now, rhythm)
      Object.assign(entry, { state: 'pending', isFirst: false, due })
      note(entry, due)
      return { tookMs, skipped: Math.round((due - wanted) / intervalMs) }
    },
    nextAt: () => agenda[0]?.at,
  }
}

/** How long it waits for a place until that is told. */
function patienceOf({ isFirst, task: { intervalMs } }: OwnEntry): number {
  return isFirst ? Math.max(intervalMs, FIRST_PATIENCE_MS) : intervalMs
}

/** Who may begin: of those with the fewest runs of their owner the one that became due first. */
function nextOf(
  { places, waiting, running, taken }: Lane,
  isShared: (entry: OwnEntry) => boolean,
): OwnEntry | undefined {
  if (taken >= places || waiting.length === 0) return undefined
  let found: OwnEntry | undefined
  let fewest = Number.POSITIVE_INFINITY
  for (const entry of waiting) {
    const count = running.get(entry.task.owner) ?? 0
    if (count < fewest) [found, fewest] = [entry, count]
    if (count === 0) break
  }
  const hasAllButOne = places > 1 && fewest >= places - 1
  return found && hasAllButOne && isShared(found) ? undefined : found
}

/** Behind those of the same moment. */
function placeFor(agenda: readonly OwnEntry[], at: number): number {
  let [low, high] = [0, agenda.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((agenda[middle] as OwnEntry).at <= at) low = middle + 1
    else high = middle
  }
  return low
}

function take(from: OwnEntry[], entry: OwnEntry): void {
  const at = from.indexOf(entry)
  if (at >= 0) from.splice(at, 1)
}
