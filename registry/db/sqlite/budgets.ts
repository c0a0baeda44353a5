// Named queries on what tokens have used of their hourly budgets.
import { eq } from 'drizzle-orm'
import type { BudgetName, SpentBudgets } from '../records.ts'
import type { Db } from './open.ts'
import type { Given } from './prepared.ts'
import { prepared } from './prepared.ts'
import { budgets } from './tables.ts'

type BudgetRow = typeof budgets.$inferSelect

const budgetsOf = prepared((db, { owner }: Given<{ owner: string }>) =>
  db.select().from(budgets).where(eq(budgets.owner, owner)).prepare(),
)

export function readBudgets(db: Db, owner: string): SpentBudgets {
  const rows = budgetsOf(db).all({ owner })
  return Object.fromEntries(rows.map(({ name, amount, at }) => [name as BudgetName, { amount, at }]))
}

export function putBudget(tx: Db, row: BudgetRow): void {
  const { amount, at } = row
  tx.insert(budgets)
    .values(row)
    .onConflictDoUpdate({ target: [budgets.owner, budgets.name], set: { amount, at } })
    .run()
}
