// One thing that was looked at: how it is, in words, and what to do about it.
import type { ErrorCode } from '../../schemas/error-codes.ts'
import type { CodedError } from '../../schemas/errors.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { printable } from '../../schemas/quote.ts'

/** `unknown`: it could not be looked at, which is no good news. */
export type FindingState = 'good' | 'warning' | 'bad' | 'unknown'

export type Finding = {
  /** What was looked at, such as `store` or `repo core`. */
  readonly subject: string
  readonly state: FindingState
  readonly said: string
  readonly code?: ErrorCode
  readonly hint?: string
}

const MAX_HINT = 1000

export function finding(state: FindingState, subject: string, said: string, hint?: string): Finding {
  return { subject, state, said, ...omitUndefined({ hint }) }
}

export function refusal(subject: string, error: CodedError, state: FindingState = 'bad'): Finding {
  const { code, message, hint } = error
  // Hints repeat addresses and paths that others wrote.
  return { subject, state, said: message, code, ...(hint === undefined ? {} : { hint: printable(hint, MAX_HINT) }) }
}
