// What a run of a check came to, whoever found it out: the plugin by its words, or the operator because there were none.
import type { CheckStatus, Metric } from '../../schemas/check-result.ts'
import { printable } from '../../schemas/quote.ts'
import { withoutSequences } from './plain-text.ts'

export type CheckReport = {
  readonly status: CheckStatus
  /** One line, safe to print. */
  readonly summary: string
  /** What else a plugin printed as text, line by line, safe to print; bounded. */
  readonly furtherLines?: readonly string[]
  readonly details?: Readonly<Record<string, unknown>>
  readonly metrics?: readonly Metric[]
  /** What a plugin printed in the place of measures that is none, safe to print; bounded. */
  readonly unreadMetrics?: readonly string[]
  readonly retryAfterMs?: number
  /** The plugin's own exit code. */
  readonly exitCode?: number
  /** The operator's code when the plugin did not end by itself: 124 or 128 + signal. */
  readonly hostCode?: number
  /** Trying again cannot help: the configuration is wrong. */
  readonly final?: boolean
}

const SEVERITY: readonly CheckStatus[] = ['ok', 'warn', 'unknown', 'critical']
const MAX_SUMMARY = 500

/** The graver of two; `unknown` is graver than a warning, because something is hidden. */
export function worse(left: CheckStatus, right: CheckStatus): CheckStatus {
  return SEVERITY.indexOf(left) >= SEVERITY.indexOf(right) ? left : right
}

export function isPass(status: CheckStatus): boolean {
  return status === 'ok' || status === 'warn'
}

/** Words of a plugin as one line that cannot write to a terminal. */
export function summaryOf(text: string): string {
  return printable(withoutSequences(text).trim(), MAX_SUMMARY)
}
