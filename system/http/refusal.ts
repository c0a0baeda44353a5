// What a server's refusal of a read means, before anybody blames a checksum: a missing page, a login page, a limit, a withdrawn
// version.
import type { ErrorCode } from '../../schemas/error-codes.ts'
import { coded } from '../../schemas/errors.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { printable, quote } from '../../schemas/quote.ts'
import { addressOf } from './fetch-error.ts'
import type { Answer } from './open-http.ts'
import type { Problem } from './problem.ts'
import { readProblem, requestIdOf } from './problem.ts'
import { readBody } from './read-body.ts'
import { retryAfterMs } from './retry-after.ts'

const MAX_PROBLEM_BYTES = 16 * 1024

/** The error for an answer that is not the file; reads at most a few kB of its body. */
export async function refusalOf(answer: Answer): Promise<Error> {
  const problem = await problemOf(answer)
  const url = addressOf(answer.url)
  const { status, headers, via } = answer
  const explained = problem ? `: ${printable(problem.detail, 300)}` : ''
  // What stands in between may have answered in the server's place.
  const way = via ? ` through the proxy ${quote(via.shown)} of ${via.variable}` : ''
  const waitMs = retryAfterMs(headers['retry-after'], Date.now())
  return coded(CODE_OF_STATUS[status] ?? 'FETCH_REFUSED', {
    message: `${quote(url)} answers ${status}${way}${explained}`,
    details: {
      url,
      status,
      ...(via ? { proxy: via.shown } : {}),
      ...omitUndefined({ retryAfterMs: waitMs }),
      ...(problem?.code ? { serverCode: problem.code } : {}),
      ...requestIdOf(status, problem),
    },
    ...omitUndefined({ hint: (await answer.hint?.()) ?? usualHint(answer) }),
  })
}

export function isNotFound(answer: Answer): boolean {
  return answer.status === 404 || answer.status === 410
}

const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  401: 'UNAUTHENTICATED',
  451: 'VERSION_QUARANTINED',
}

function usualHint({ status, url, via }: Answer): string | undefined {
  if (status === 403 || status === 429) return 'the server limits or forbids this client; wait, or ask its owner'
  if (via && status >= 500) return `ask who runs the proxy, or leave it out for this host: NO_PROXY=${url.hostname}`
  return undefined
}

/** Only a problem document of ours is quoted; the text of other pages says nothing useful. */
async function problemOf(answer: Answer): Promise<Problem | undefined> {
  if (!String(answer.headers['content-type']).startsWith('application/problem+json')) {
    answer.discard()
    return undefined
  }
  try {
    return readProblem((await readBody(answer, MAX_PROBLEM_BYTES)).toString())
  } catch {
    return undefined
  }
}
