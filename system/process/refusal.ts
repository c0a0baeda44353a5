// Errors of what a warm run passes through, whose modules are loaded when the first one is made: a warm run makes none, and two
// milliseconds are a twentieth of what it may take.
import { createRequire } from 'node:module'
import type { ErrorCode } from '../../schemas/error-codes.ts'
import type { CodedError, ErrorFields } from '../../schemas/errors.ts'

const require = createRequire(import.meta.url)

/** As `coded`; the caller throws it. */
export function refusal(code: ErrorCode, fields: ErrorFields): CodedError {
  const { coded } = require('../../schemas/errors.ts') as typeof import('../../schemas/errors.ts')
  return coded(code, fields)
}

/** As `quote`. */
export function quoted(text: unknown): string {
  const { quote } = require('../../schemas/quote.ts') as typeof import('../../schemas/quote.ts')
  return quote(text)
}
