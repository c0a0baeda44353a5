// How long archives are checked for one token: a budget that fills up again as time goes by.
import { coded } from '../../schemas/errors.ts'
import type { Clock } from '../deps.ts'

export type ProofBudget = {
  /** Throws RATE_LIMITED when the token has used up its time. */
  admit(owner: string): void
  spend(owner: string, ms: number): void
}

const HOUR_MS = 3600_000

export function createProofBudget(msPerHour: number, clock: Clock): ProofBudget {
  const spent = new Map<string, { readonly ms: number; readonly at: number }>()
  const spentBy = (owner: string): number => {
    const found = spent.get(owner)
    return found ? Math.max(0, found.ms - ((clock() - found.at) / HOUR_MS) * msPerHour) : 0
  }
  return {
    admit(owner) {
      const over = spentBy(owner) - msPerHour
      if (over < 0) return
      const retryAfter = Math.ceil((((over + 1) / msPerHour) * HOUR_MS) / 1000)
      throw coded('RATE_LIMITED', {
        message: `archives of this token were checked for ${Math.round(msPerHour / 1000)} s in an hour, which is the limit`,
        details: { limitMs: msPerHour, retryAfter },
        hint: 'publish smaller archives, or later',
      })
    },
    spend(owner, ms) {
      for (const each of spent.keys()) if (spentBy(each) === 0) spent.delete(each)
      spent.set(owner, { ms: spentBy(owner) + ms, at: clock() })
    },
  }
}
