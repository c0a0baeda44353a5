// What a check reports, in the words of the output contract `check/v1`: one JSON line and an exit code.

import type { CheckResultLine, CheckStatus, Metric } from '../schemas/check-result.ts'

export type { CheckStatus, Metric }

/** `unknown` means that the check could not find out; it neither heals nor fails a service. */
export type CheckResult = Readonly<Omit<CheckResultLine, 'v'>>

/** Those of Nagios. */
export const EXIT_CODES: Readonly<Record<CheckStatus, number>> = { ok: 0, warn: 1, critical: 2, unknown: 3 }

const MAX_SUMMARY = 2000

type Extra = Omit<CheckResult, 'status' | 'summary'>

export const ok = (summary: string, extra: Extra = {}): CheckResult => ({ status: 'ok', summary, ...extra })
export const warn = (summary: string, extra: Extra = {}): CheckResult => ({ status: 'warn', summary, ...extra })
export const critical = (summary: string, extra: Extra = {}): CheckResult => ({ status: 'critical', summary, ...extra })
export const unknown = (summary: string, extra: Extra = {}): CheckResult => ({ status: 'unknown', summary, ...extra })

/** Thrown by a check whose options contradict each other; reported as `unknown` with a pointer to `--help`. */
export class InvalidOptions extends Error {
  override readonly name = 'InvalidOptions'
}

export function invalidOptions(message: string): InvalidOptions {
  return new InvalidOptions(message)
}

/** The line that the operator reads: JSON without line breaks, the contract's version first. */
export function renderResult({ status, summary, ...extra }: CheckResult): string {
  return JSON.stringify({ v: 1, status, summary: summary.slice(0, MAX_SUMMARY), ...extra })
}
