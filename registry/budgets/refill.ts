// The arithmetic of a budget that fills up again evenly as time goes by, so that nobody who used it up waits for a whole hour.
import { HOUR_MS } from '../../schemas/duration.ts'
import type { Spent } from '../db/records.ts'

/** What of it still counts. A clock that was set back says nothing about what was spent since, so the budget is whole again. */
export function spentNow({ amount, at }: Spent, perHour: number, now: number): number {
  return now < at ? 0 : Math.max(0, amount - ((now - at) / HOUR_MS) * perHour)
}

/** Whole seconds until `amount` has come back. */
export function secondsUntil(amount: number, perHour: number): number {
  return Math.ceil(((amount / perHour) * HOUR_MS) / 1000)
}
