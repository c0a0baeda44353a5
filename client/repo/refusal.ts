// What a server's refusal means, before anybody blames a checksum: a missing page, a login page, a limit, a withdrawn version.
import type { ErrorCode } from '../../schemas/error-codes.ts'
import { coded } from '../../schemas/errors.ts'
import { printable, quote } from '../../schemas/quote.ts'
import type { Answer } from './http.ts'
import { addressOf } from './http.ts'

const MAX_PROBLEM_BYTES = 16 * 1024

/** The error for an answer that is not the file; reads at most a few kB of its body. */
export async function refusalOf(answer: Answer): Promise<Error> {
  const problem = await readProblem(answer)
  const url = addressOf(answer.url)
  const { status } = answer
  const explained = problem.detail ? `: ${printable(problem.detail, 300)}` : ''
  return coded(CODE_OF_STATUS[status] ?? 'FETCH_REFUSED', {
    message: `${quote(url)} answers ${status}${explained}`,
    details: { url, status, ...retryAfterOf(answer), ...(problem.code ? { serverCode: problem.code } : {}) },
    ...hintOf(status),
  })
}

export function isNotFound(answer: Answer): boolean {
  return answer.status === 404 || answer.status === 410
}

const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  401: 'UNAUTHENTICATED',
  451: 'VERSION_QUARANTINED',
}

function hintOf(status: number): { hint?: string } {
  if (status === 401) return { hint: 'octo login stores a token for this registry' }
  if (status === 403 || status === 429)
    return { hint: 'the server limits or forbids this client; wait, or ask its owner' }
  return {}
}

/** Only a problem document of ours is quoted; the text of other pages says nothing useful. */
async function readProblem(answer: Answer): Promise<{ detail?: string; code?: string }> {
  if (!String(answer.headers['content-type']).startsWith('application/problem+json')) {
    answer.discard()
    return {}
  }
  try {
    const pieces: Buffer[] = []
    let size = 0
    for await (const chunk of answer.body) {
      size += chunk.length
      if (size > MAX_PROBLEM_BYTES) return {}
      pieces.push(chunk)
    }
    const { detail, code } = JSON.parse(Buffer.concat(pieces).toString()) as { detail?: unknown; code?: unknown }
    return {
      ...(typeof detail === 'string' ? { detail } : {}),
      ...(typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code) ? { code } : {}),
    }
  } catch {
    return {}
  }
}

function retryAfterOf(answer: Answer): { retryAfterMs?: number } {
  const value = answer.headers['retry-after']
  if (value === undefined) return {}
  const waitMs = /^\d{1,6}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now()
  return Number.isFinite(waitMs) ? { retryAfterMs: Math.max(0, waitMs) } : {}
}
