// Named queries on what tokens have used of their hourly budgets.
import { and, eq } from 'drizzle-orm'
import type { Db } from './open.ts'
import { budgets } from './tables.ts'

type BudgetRow = typeof budgets.$inferSelect

export function readBudget(db: Db, owner: string, name: string): BudgetRow | undefined {
  const wanted = and(eq(budgets.owner, owner), eq(budgets.name, name))
  return db.select().from(budgets).where(wanted).get()
}

export function putBudget(tx: Db, row: BudgetRow): void {
  const { amount, at } = row
  tx.insert(budgets)
    .values(row)
    .onConflictDoUpdate({ target: [budgets.owner, budgets.name], set: { amount, at } })
    .run()
}
