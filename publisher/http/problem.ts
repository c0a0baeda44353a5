// Answers of a registry that say no, as errors of ours. What the server wrote is foreign text: bounded and made printable.
import { problemShape } from '../../schemas/api.ts'
import type { ErrorCode } from '../../schemas/error-codes.ts'
import { ERROR_CODES } from '../../schemas/error-codes.ts'
import { coded } from '../../schemas/errors.ts'
import { parseJson } from '../../schemas/json.ts'
import { printable, quote } from '../../schemas/quote.ts'
import type { HttpReply } from './http.ts'

const MAX_TEXT = 600
const MAX_DETAILS = 4096

export function isSuccess(reply: HttpReply): boolean {
  return reply.status >= 200 && reply.status < 300
}

/** The registry's own code where we know it, else FETCH_REFUSED. `what` names the request to people. */
export function refusalOf(reply: HttpReply, what: string): Error {
  const problem = readProblem(reply.text)
  if (!problem) return refused(reply, what)
  const code: ErrorCode = Object.hasOwn(ERROR_CODES, problem.code) ? (problem.code as ErrorCode) : 'FETCH_REFUSED'
  const hint = problem.hint ?? hintFor(code)
  return coded(code, {
    message: printable(problem.detail || problem.title, MAX_TEXT),
    details: JSON.stringify(problem.details).length <= MAX_DETAILS ? problem.details : {},
    ...(hint ? { hint: printable(hint, MAX_TEXT) } : {}),
  })
}

function readProblem(text: string) {
  try {
    return problemShape.safeParse(parseJson(text, 'answer', 256 * 1024)).data
  } catch {
    return undefined
  }
}

function refused({ status, headers, text }: HttpReply, what: string): Error {
  const location = status >= 300 && status < 400 ? headers.location : undefined
  const pointer = location === undefined ? '' : `, which points to ${quote(location)}`
  return coded('FETCH_REFUSED', {
    message: `${what} was answered with status ${status}${pointer}`,
    details: { status, beginning: printable(text, 200) },
    hint: location
      ? 'redirects are not followed; name the address itself with `--registry`'
      : 'is this the address of an octo registry?',
  })
}

function hintFor(code: ErrorCode): string | undefined {
  if (code === 'UNAUTHENTICATED') return 'octo login --registry URL, or set OCTO_TOKEN'
  if (code === 'FORBIDDEN') return 'octo whoami shows what the token may do'
  if (code === 'REPO_NOT_FOUND') return 'on the registry: octo registry repo create NAME'
  return undefined
}
