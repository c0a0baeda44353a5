// How often one address may come without a token that counts. A token that does count is never asked: behind one address may
// be many honest machines and one that keeps sending what was revoked.
import type { Spent } from '../db/records.ts'
import { sharedBy } from '../shared-address.ts'
import { secondsUntil, spentNow } from './refill.ts'

export type RefusedTries = {
  /** Counts a refused try; gives the seconds to wait once there were too many. */
  note(address: string): number | undefined
}

/** More addresses than that are no longer told apart from new ones: the oldest is forgotten. */
const MAX_ADDRESSES = 10_000

/** `clock` gives milliseconds since 1970. */
export function createRefusedTries(perHour: number, clock: () => number): RefusedTries {
  const tries = new Map<string, Spent>()
  return {
    note(address) {
      const now = clock()
      const who = sharedBy(address)
      const known = tries.get(who)
      const amount = (known ? spentNow(known, perHour, now) : 0) + 1
      // What is refused with 429 is not counted, else nobody who keeps trying would ever be told the reason again.
      if (amount > perHour) return Math.max(1, secondsUntil(amount - perHour, perHour))
      tries.delete(who)
      const [oldest] = tries.keys()
      if (tries.size >= MAX_ADDRESSES && oldest !== undefined) tries.delete(oldest)
      tries.set(who, { amount, at: now })
      return undefined
    },
  }
}
