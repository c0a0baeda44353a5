// Every error of the API and of the tree as RFC 9457 problem+json with our stable code. A shortage of the machine asks the client
// to come again; anything else that is no CodedError is a defect: it is logged once with its stack, and the client is given
// the request id and nothing else.
import type { Logger } from 'pino'
import type { Problem } from '../../../schemas/api.ts'
import { PROBLEM_TYPE } from '../../../schemas/api.ts'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import { ERROR_CODES } from '../../../schemas/error-codes.ts'
import type { CodedError } from '../../../schemas/errors.ts'
import { coded, isCoded } from '../../../schemas/errors.ts'
import { omitUndefined } from '../../../schemas/omit-undefined.ts'
import { passingError } from '../../disk-errors.ts'
import { SAME_ORIGIN } from '../../private-headers.ts'

export type ProblemAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const RETRY_AFTER_SECONDS = 1
/** What every start and stop is answered with, and no fault; a disk that stops a registry is logged where it fails. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['STARTING', 'SHUTTING_DOWN'])

/** The same for reads, to which clients may log in with user and password, too: any user, and a token as the password. */
export function readProblemAnswer(thrown: unknown, requestId: string, logger: Logger): ProblemAnswer {
  const answer = problemAnswer(thrown, requestId, logger)
  if (answer.status !== 401) return answer
  return { ...answer, headers: { ...answer.headers, 'WWW-Authenticate': READ_CHALLENGE } }
}

const READ_CHALLENGE = 'Bearer realm="octo", Basic realm="octo"'

export function problemAnswer(thrown: unknown, requestId: string, logger: Logger): ProblemAnswer {
  const error = passingError(thrown)
  const known = isCoded(error) ? error : defect(requestId)
  const { status } = ERROR_CODES[known.code]
  if (!isCoded(error) || (status >= 500 && !PASSING.has(error.code)))
    logger.error({ requestId, err: error, code: known.code }, 'request failed')
  const { retryAfter } = known.details
  const headers = {
    'Content-Type': PROBLEM_TYPE,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    // As what is private has it, so that a page elsewhere is not told which it was by what a browser that is logged in lets it have.
    ...SAME_ORIGIN,
    'X-Request-Id': requestId,
    ...(status === 415 ? { 'Accept-Encoding': 'identity' } : {}),
    ...(status === 401 ? { 'WWW-Authenticate': 'Bearer realm="octo"' } : {}),
    ...(status === 429 || status === 503 ? { 'Retry-After': String(retryAfter ?? RETRY_AFTER_SECONDS) } : {}),
    ...(Array.isArray(known.details.allow) ? { Allow: known.details.allow.join(', ') } : {}),
  }
  return { status, headers, body: `${JSON.stringify(problemOf(known, requestId))}\n` }
}

export function problemOf(error: CodedError, requestId?: string): Problem {
  const { code, message, details, hint } = error.toJSON()
  return {
    type: `https://octocompose.github.io/octo/errors#${code.toLowerCase().replaceAll('_', '-')}`,
    title: ERROR_CODES[error.code].meaning,
    status: ERROR_CODES[error.code].status,
    detail: message,
    code,
    details: { ...details },
    ...omitUndefined({ hint, requestId }),
  }
}

function defect(requestId: string): CodedError {
  return coded('INTERNAL', {
    message: 'the registry met a case that it does not handle',
    hint: `tell its operator the request id \`${requestId}\``,
  })
}
