// What of the state is kept where all of it would be more than is read again: then the next process would find nothing at all, and tell
// of every problem once more. Pure.
import type { Outlet, State, Subject } from './state.ts'

/** Of the events that wait only the last is kept, as all are counted; then goes what was well longest, and what was wrong longest. */
export function fitState(state: State, maxBytes: number): { readonly state: State; readonly dropped: number } {
  if (bytesOf(state) <= maxBytes) return { state, dropped: 0 }
  const short = { ...state, outlets: mapValues(state.outlets, withLastNews) }
  const gone = new Set<string>()
  let excess = bytesOf(short) - maxBytes
  for (const [name, subject] of Object.entries(short.subjects).sort(oldestFirst)) {
    if (excess <= 0) break
    gone.add(name)
    const told = Object.values(short.outlets).flatMap((outlet) => outlet.told[name] ?? [])
    excess -= [subject, ...told].reduce((sum, one) => sum + bytesOf(one), 0)
  }
  const subjects = without(short.subjects, gone)
  const outlets = mapValues(short.outlets, (outlet) => ({ ...outlet, told: without(outlet.told, gone) }))
  return { state: { ...short, subjects, outlets }, dropped: gone.size }
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}

function withLastNews(outlet: Outlet): Outlet {
  const { waiting } = outlet
  return waiting ? { ...outlet, waiting: { ...waiting, news: waiting.news.slice(-1) } } : outlet
}

function oldestFirst([, left]: readonly [string, Subject], [, right]: readonly [string, Subject]): number {
  return rank(left) - rank(right) || lastOpening(left) - lastOpening(right)
}

function rank({ problem }: Subject): number {
  return problem ? 1 : 0
}

function lastOpening({ openings }: Subject): number {
  return openings.at(-1) ?? 0
}

function without<Value>(
  values: Readonly<Record<string, Value>>,
  names: ReadonlySet<string>,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.has(name)))
}

function mapValues<Value>(values: Readonly<Record<string, Value>>, map: (value: Value) => Value) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]))
}
