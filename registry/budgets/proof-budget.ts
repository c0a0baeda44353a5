// How long releases are checked for one token: a budget that fills up again as time goes by.

import { coded } from '../../schemas/errors.ts'
import { shownDuration } from '../../schemas/shown-duration.ts'
import type { Spent } from '../db/records.ts'
import { secondsUntil, spentNow } from './refill.ts'

export type ProofBudget = {
  /** Throws RATE_LIMITED when the token has used up its time. */
  admit(owner: string): void
  spend(owner: string, ms: number): void
}

/** `clock` gives milliseconds since 1970. */
export function createProofBudget(msPerHour: number, clock: () => number): ProofBudget {
  const spent = new Map<string, Spent>()
  const spentBy = (owner: string): number => {
    const found = spent.get(owner)
    return found ? spentNow(found, msPerHour, clock()) : 0
  }
  return {
    admit(owner) {
      const over = spentBy(owner) - msPerHour
      if (over < 0) return
      const retryAfter = secondsUntil(over + 1, msPerHour)
      throw coded('RATE_LIMITED', {
        message: `releases of this token were checked for ${shownDuration(msPerHour)} in an hour, which is its \`proof-ms-per-hour\``,
        details: { setting: 'proof-ms-per-hour', limit: msPerHour, retryAfter },
        hint: (data) =>
          `publish smaller archives, or later; the registry’s owner can raise it: \`octo registry serve --data ${data} --limit proof-ms-per-hour=NUMBER\``,
      })
    },
    spend(owner, ms) {
      for (const each of spent.keys()) if (spentBy(each) === 0) spent.delete(each)
      spent.set(owner, { amount: spentBy(owner) + ms, at: clock() })
    },
  }
}
