// What leaves records for ever is shared out per token: releases, new plugins, changes of states. Spent in the step that writes
// those records, so that it is spent exactly when they are, and a restart gives nothing back.
import { coded } from '../../schemas/errors.ts'
import type { BudgetName, Spent, SpentBudgets } from '../db/records.ts'
import { limitOption } from '../limit-names.ts'
import { secondsUntil, spentNow } from './refill.ts'

export type Spending = {
  /** What the token has used of its budgets. */
  readonly spent: SpentBudgets
  readonly name: BudgetName
  readonly limits: Readonly<Record<BudgetName, number>>
  readonly now: number
}

/** Several jobs may wait with one token: who is told to come back in a second would mostly find the place taken. */
const SHORTEST_WAIT_S = 5

/** Throws RATE_LIMITED when nothing is left. */
export function requireBudget(spending: Spending): void {
  const { name, limits } = spending
  const perHour = limits[name]
  const over = spentOf(spending) + 1 - perHour
  if (over <= 0) return
  const option = limitOption(name)
  throw coded('RATE_LIMITED', {
    message: `this token has used up its \`${option}\`, which is ${perHour}`,
    details: { setting: option, limit: perHour, retryAfter: Math.max(SHORTEST_WAIT_S, secondsUntil(over, perHour)) },
    hint: (data) =>
      `wait, it fills up again evenly; the registry’s owner can raise it: \`octo registry serve --data ${data} --limit ${option}=NUMBER\``,
  })
}

/** The same, and gives what is used once one more is taken. */
export function spendBudget(spending: Spending): Spent {
  requireBudget(spending)
  return { amount: spentOf(spending) + 1, at: spending.now }
}

function spentOf({ spent, name, limits, now }: Spending): number {
  const used = spent[name]
  return used ? spentNow(used, limits[name], now) : 0
}
