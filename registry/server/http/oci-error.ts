// Every error of the OCI face in the shape that its clients read: `{"errors":[{"code","message","detail"}]}`.
import type { Logger } from 'pino'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import { isCoded } from '../../../schemas/errors.ts'
import { problemAnswer } from './problem.ts'

type OciAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Codes of the OCI Distribution Specification; what is not here is `UNKNOWN`, as other registries have it. */
const OCI_CODES: Partial<Record<ErrorCode, string>> = {
  NAME_INVALID: 'NAME_INVALID',
  NOT_FOUND: 'NAME_UNKNOWN',
  REPO_NOT_FOUND: 'NAME_UNKNOWN',
  PLUGIN_NOT_FOUND: 'NAME_UNKNOWN',
  VERSION_NOT_FOUND: 'MANIFEST_UNKNOWN',
  FILE_NOT_FOUND: 'BLOB_UNKNOWN',
  DIGEST_INVALID: 'DIGEST_INVALID',
  VERSION_QUARANTINED: 'DENIED',
  LIMIT_EXCEEDED: 'DENIED',
  METHOD_NOT_ALLOWED: 'UNSUPPORTED',
  USAGE: 'UNSUPPORTED',
  UNAUTHENTICATED: 'UNAUTHORIZED',
  RATE_LIMITED: 'TOOMANYREQUESTS',
}

/** Logs defects, as the other faces do. */
export function ociErrorAnswer(error: unknown, requestId: string, logger: Logger): OciAnswer {
  // Which token is asked for depends on the repository: the reader has said so.
  const {
    status,
    headers: { 'WWW-Authenticate': _, ...headers },
    body,
  } = problemAnswer(error, requestId, logger)
  const { detail, details, hint } = JSON.parse(body) as { detail: string; details: object; hint?: string }
  const code = (isCoded(error) && OCI_CODES[error.code]) || 'UNKNOWN'
  const message = hint === undefined ? detail : `${detail}; ${hint}`
  return {
    status,
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: `${JSON.stringify({ errors: [{ code, message, detail: details }] })}\n`,
  }
}
