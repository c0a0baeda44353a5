// Named queries on what tokens have used of their hourly budgets.
import { eq } from 'drizzle-orm'
import type { BudgetName, SpentBudgets } from '../records.ts'
import type { Db } from './open.ts'
import { budgets } from './tables.ts'

type BudgetRow = typeof budgets.$inferSelect

export function readBudgets(db: Db, owner: string): SpentBudgets {
  const rows = db.select().from(budgets).where(eq(budgets.owner, owner)).all()
  return Object.fromEntries(rows.map(({ name, amount, at }) => [name as BudgetName, { amount, at }]))
}

export function putBudget(tx: Db, row: BudgetRow): void {
  const { amount, at } = row
  tx.insert(budgets)
    .values(row)
    .onConflictDoUpdate({ target: [budgets.owner, budgets.name], set: { amount, at } })
    .run()
}
