// Problem documents (RFC 9457) as octo registries send them. What a server writes is foreign text: bounded, and only quoted.

import { isMap, mapOf } from '../../schemas/is-map.ts'
import { parseJson } from '../../schemas/json.ts'

export type Problem = {
  readonly detail: string
  readonly title?: string
  readonly code?: string
  readonly hint?: string
  /** By which the log of the server names the request. */
  readonly requestId?: string
  readonly details: Readonly<Record<string, unknown>>
}

const MAX_CHARACTERS = 256 * 1024

/** Undefined for anything else; never throws. */
export function readProblem(text: string): Problem | undefined {
  if (text.length > MAX_CHARACTERS) return undefined
  const value = parse(text)
  if (!isMap(value)) return undefined
  const { code, detail, details } = value
  if (typeof detail !== 'string') return undefined
  return {
    detail,
    details: mapOf(details),
    ...(typeof code === 'string' && /^[A-Z][A-Z_]{0,39}$/.test(code) ? { code } : {}),
    ...textsIn(value),
    ...requestIdIn(value),
  }
}

/** What a reader of logs needs of an answer that says no more than that the server failed. Empty for other statuses. */
export function requestIdOf(status: number, problem: Problem | undefined): { readonly requestId?: string } {
  return status >= 500 && problem?.requestId !== undefined ? { requestId: problem.requestId } : {}
}

function textsIn(value: Record<string, unknown>): { title?: string; hint?: string } {
  const texts = ['title', 'hint'].filter((key) => typeof value[key] === 'string')
  return Object.fromEntries(texts.map((key) => [key, value[key]]))
}

function requestIdIn({ requestId }: Record<string, unknown>): { requestId?: string } {
  return typeof requestId === 'string' && /^[A-Za-z0-9_-]{8,64}$/.test(requestId) ? { requestId } : {}
}

function parse(text: string): unknown {
  try {
    return parseJson(text, 'the answer', 4 * MAX_CHARACTERS)
  } catch {
    return undefined
  }
}
