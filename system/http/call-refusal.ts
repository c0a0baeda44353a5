// A registry's no to a call of its API, as an error of ours: the registry's own code where we know it.
import type { ErrorCode } from '../../schemas/error-codes.ts'
import { ERROR_CODES } from '../../schemas/error-codes.ts'
import { coded } from '../../schemas/errors.ts'
import { printable, quote } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import type { HttpReply } from './connection.ts'
import { readProblem, requestIdOf } from './problem.ts'
import { isWebPage } from './web-page.ts'

const MAX_TEXT = 600
const MAX_DETAILS = 4096

export function isSuccess(reply: HttpReply): boolean {
  return reply.status >= 200 && reply.status < 300
}

/** What a caller knows to say that a registry does not. */
export type CallHints = {
  /** How the address of the registry itself is given, for one that leads elsewhere. */
  readonly address: string
  /** By code: said instead of the registry's own, which are for readers there. */
  readonly instead?: Hints
  /** Said where the registry gives none. */
  readonly otherwise?: Hints
}

type Hints = Readonly<Partial<Record<ErrorCode, string>>>

/** FETCH_REFUSED for what is no problem document. `what` names the request to people. */
export function callRefusalOf(reply: HttpReply, what: string, hints: CallHints): Error {
  const problem = readProblem(reply.text)
  if (!problem?.code) return refused(reply, what, hints)
  const code: ErrorCode = Object.hasOwn(ERROR_CODES, problem.code) ? (problem.code as ErrorCode) : 'FETCH_REFUSED'
  const hint = hints.instead?.[code] ?? problem.hint ?? hints.otherwise?.[code]
  return coded(code, {
    message: printable(problem.detail || problem.title || code, MAX_TEXT),
    details: {
      ...(JSON.stringify(problem.details).length <= MAX_DETAILS ? problem.details : {}),
      ...requestIdOf(reply.status, problem),
    },
    ...(hint ? { hint: printable(hint, MAX_TEXT) } : {}),
  })
}

function refused({ status, headers, text }: HttpReply, what: string, { address }: CallHints): Error {
  const location = status >= 300 && status < 400 ? headers.location : undefined
  const pointer =
    location === undefined ? '' : `, which points to ${quote(shownAddress(String(location)).replace(/[?#].*$/s, ''))}`
  const page = isWebPage(String(headers['content-type'] ?? ''), text) ? ' and a web page' : ''
  return coded('FETCH_REFUSED', {
    message: `${what} was answered with status ${status}${page}${pointer}`,
    details: { status, ...(page ? {} : { beginning: printable(text, 200) }) },
    hint: location === undefined ? hintFor(status) : `redirects are not followed; ${address}`,
  })
}

function hintFor(status: number): string {
  if (status === 413)
    return 'something in front of the registry limits the size of bodies; for nginx: `client_max_body_size 0;`'
  if (status === 429) return 'the server limits this client; wait, or ask its owner'
  if (status === 401 || status === 403)
    return 'something in front of the registry asks for a login of its own; ask its owner'
  if (status >= 500) return 'the registry, or what stands in front of it, does not work now; its log says why'
  return 'is this the address of a registry of octo?'
}
