// When a source is asked again: at a time of the clock on the wall, as ends of leases are by it, or when so much time has passed,
// whichever comes first. A clock that is set back would otherwise make hours of a second; one that only counts stands still while a
// machine sleeps. Pure.
export type Moments = {
  /** Of the clock on the wall. */
  readonly now: number
  /** Of a clock that never goes back. */
  readonly steady: number
}

export type Due = Moments

export function dueAt(at: number, { now, steady }: Moments): Due {
  return { now: at, steady: steady + (at - now) }
}

export function leftMs(due: Due, { now, steady }: Moments): number {
  return Math.max(0, Math.min(due.now - now, due.steady - steady))
}

export function isDue(due: Due, moments: Moments): boolean {
  return leftMs(due, moments) === 0
}
