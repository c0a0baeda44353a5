// How often in a row a check passed, failed or could not tell, and what that decides. A warning passes; `unknown` neither heals nor
// fails, and a row of passes with a hole in it is none.
import type { CheckItem } from '../../config/model/config.ts'
import type { CheckStatus } from '../../schemas/check-result.ts'

export type Thresholds = Pick<CheckItem, 'successThreshold' | 'failureThreshold'>

export type Rows = { readonly passed: number; readonly failed: number; readonly unknown: number }

export const NO_ROWS: Rows = { passed: 0, failed: 0, unknown: 0 }

/** A pass ends a row of failures and the other way round. */
export function countedIn(rows: Rows, status: CheckStatus): Rows {
  if (status === 'unknown') return { ...rows, passed: 0, unknown: rows.unknown + 1 }
  const isPass = status === 'ok' || status === 'warn'
  return { passed: isPass ? rows.passed + 1 : 0, failed: isPass ? 0 : rows.failed + 1, unknown: 0 }
}

export function areDecided(rows: Rows, { successThreshold, failureThreshold }: Thresholds): boolean {
  return rows.passed >= successThreshold || rows.failed >= failureThreshold || rows.unknown >= failureThreshold
}
