// What leaves rows for ever is shared out per token: releases, new plugins, changes of states. Spent in the transaction that
// writes those rows, so that it is spent exactly when they are, and a restart gives nothing back.
import { coded } from '../../schemas/errors.ts'
import { putBudget, readBudget } from '../db/sqlite/budgets.ts'
import type { Db } from '../db/sqlite/open.ts'
import { limitOption } from '../limit-names.ts'
import { secondsUntil, spentNow } from './refill.ts'

type BudgetName = 'releasesPerHour' | 'newPluginsPerHour' | 'stateChangesPerHour'

export type Spending = {
  /** Token id. */
  readonly owner: string
  readonly name: BudgetName
  readonly limits: Readonly<Record<BudgetName, number>>
  readonly now: number
}

/** Several jobs may wait with one token: who is told to come back in a second would mostly find the place taken. */
const SHORTEST_WAIT_S = 5

/** Throws RATE_LIMITED when nothing is left. */
export function requireBudget(tx: Db, spending: Spending): void {
  const { name, limits } = spending
  const perHour = limits[name]
  const over = spentOf(tx, spending) + 1 - perHour
  if (over <= 0) return
  const option = limitOption(name)
  throw coded('RATE_LIMITED', {
    message: `this token has used up its \`${option}\`, which is ${perHour}`,
    details: { setting: option, limit: perHour, retryAfter: Math.max(SHORTEST_WAIT_S, secondsUntil(over, perHour)) },
    hint: `wait, it fills up again evenly; the registry’s owner can raise it: \`octo registry serve --data DIR --limit ${option}=NUMBER\``,
  })
}

/** The same, and takes one. */
export function spendBudget(tx: Db, spending: Spending): void {
  requireBudget(tx, spending)
  const { owner, name, now } = spending
  putBudget(tx, { owner, name, amount: spentOf(tx, spending) + 1, at: now })
}

function spentOf(tx: Db, { owner, name, limits, now }: Spending): number {
  const row = readBudget(tx, owner, name)
  return row ? spentNow(row, limits[name], now) : 0
}
