// What a notifier or a secret plugin answers, in the words of the contracts `notify/v1` and `secret/v1`.
import type { Notification, NotifyResultLine } from '../schemas/contract/notification.ts'
import type { OutcomeStatus } from '../schemas/contract/outcome.ts'
import type { SecretLease, SecretResultLine } from '../schemas/contract/secrets.ts'
import type { Failure } from './run.ts'

export type { Notification, SecretLease }

export type NotifyResult = Readonly<Omit<NotifyResultLine, 'v'>>
export type SecretResult = Readonly<Omit<SecretResultLine, 'v' | 'renewable' | 'renewed'>> & {
  readonly renewable?: boolean
  readonly renewed?: boolean
}

type NotSent = { readonly reason?: string; readonly warnings?: string[] }
/** What no contract gives `ok` is the same in both. */
type Unsuccessful = NotSent & {
  readonly status: 'retry' | 'failed'
  readonly summary: string
  readonly retryAfterMs?: number
}

// Written out again, since the modules of the contracts load far more than a plugin needs; a test keeps both equal.
export const OUTCOME_CODES: Readonly<Record<OutcomeStatus, number>> = { ok: 0, retry: 75, failed: 69 }

const MAX_SUMMARY = 2000
const MAX_WARNINGS = 20
const MAX_WARNING = 400

/** It is sent, and the receiver has confirmed it. */
export const sent = (
  summary: string,
  extra: Omit<NotifyResult, 'status' | 'summary' | 'reason' | 'retryAfterMs'> = {},
): NotifyResult => ({ status: 'ok', summary, ...extra })

/** Secrets, or with `renewed` that those of the answer before last longer. */
export const provided = (
  summary: string,
  extra: Omit<SecretResult, 'status' | 'summary' | 'reason' | 'retryAfterMs'>,
): SecretResult => ({ status: 'ok', summary, ...extra })

/** The same may succeed later. */
export const retry = (summary: string, extra: NotSent & { readonly retryAfterMs?: number } = {}): Unsuccessful => ({
  status: 'retry',
  summary,
  ...extra,
})

/** It will not succeed before somebody changes something. */
export const failed = (summary: string, extra: NotSent = {}): Unsuccessful => ({
  status: 'failed',
  summary,
  ...extra,
})

/** Wrong arguments stay wrong; a slow answer or a mistake of the plugin may pass. */
export function unsuccessful({ kind, text }: Failure): Unsuccessful {
  if (kind === 'options') return failed(text, { reason: 'arguments' })
  return retry(text, { reason: kind === 'time' ? 'late' : 'defect' })
}

/** The line that the operator reads: JSON without line breaks, the contract's version first. */
export function renderOutcome({ status, summary, warnings, ...extra }: NotifyResult | SecretResult): string {
  return JSON.stringify({
    v: 1,
    status,
    summary: summary.slice(0, MAX_SUMMARY).toWellFormed(),
    ...extra,
    ...(warnings && warnings.length > 0 ? { warnings: warnings.slice(0, MAX_WARNINGS).map(asLine) } : {}),
  })
}

/** One line of the contract, whatever a server said. */
function asLine(text: string): string {
  return text
    .slice(0, MAX_WARNING)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\ufeff]/gu, '?')
}
