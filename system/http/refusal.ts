// What a server's refusal of a read means, before anybody blames a checksum: a missing page, a login page, a limit, a withdrawn
// version.
import type { ErrorCode } from '../../schemas/error-codes.ts'
import { coded } from '../../schemas/errors.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { printable, quote, shellWord } from '../../schemas/quote.ts'
import { addressOf } from './fetch-error.ts'
import { isLoopback } from './loopback.ts'
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
    ...hintOf(answer),
  })
}

export function isNotFound(answer: Answer): boolean {
  return answer.status === 404 || answer.status === 410
}

const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  401: 'UNAUTHENTICATED',
  451: 'VERSION_QUARANTINED',
}

function hintOf({ status, url, headers, via }: Answer): { hint?: string } {
  if (status === 451)
    return { hint: 'nobody is given this version; `octo outdated` names another, and `octo update` takes it' }
  if (status === 401) return { hint: loginHint(url, headers['www-authenticate']) }
  if (status === 403 || status === 429)
    return { hint: 'the server limits or forbids this client; wait, or ask its owner' }
  if (via && status >= 500)
    return { hint: `ask who runs the proxy, or leave it out for this host: NO_PROXY=${url.hostname}` }
  return {}
}

function loginHint(url: URL, challenge: string | undefined): string {
  if (url.protocol === 'http:' && !isLoopback(url))
    return 'credentials are not sent without encryption: use an address that begins with `https://`'
  if (/^\s*basic\b/i.test(challenge ?? ''))
    return `put user and password into ~/.netrc (mode 0600): machine ${url.hostname} login USER password PASSWORD`
  const registry = shellWord(registryOf(url))
  return `\`octo login --registry ${registry}\` keeps a token for it; OCTO_TOKEN counts only beside OCTO_REGISTRY=${registry}`
}

/** `…/repos/core.yaml` and all below `…/repos/` belong to the registry at `…`. */
export function registryOf(url: URL): string {
  const path = url.pathname.replace(/\/(repos|blobs|api|\.well-known)\/.*$/, '')
  return `${url.origin}${path === url.pathname ? '' : path}`
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
