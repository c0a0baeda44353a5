// The same error for whoever asks with a browser, as a page. Programs, which take anything or ask for JSON, keep the problem document.

import { problemShape } from '../../schemas/api.ts'
import { parseShape } from '../../schemas/shape.ts'
import type { ProblemAnswer } from './http/problem.ts'
import { errorPage } from './pages/error-page.ts'
import { PAGE_HEADERS } from './pages/layout.ts'
import type { Link } from './pages/links.ts'

const MAX_ACCEPT = 1024

/** Names HTML, and nothing that a program reads before it. */
export function prefersHtml(accept = ''): boolean {
  const weights = new Map<string, number>()
  for (const part of accept.slice(0, MAX_ACCEPT).toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim())
    const quality = parameters.find((text) => text.startsWith('q='))
    weights.set(name, quality === undefined ? 1 : Number(quality.slice(2)) || 0)
  }
  const html = weights.get('text/html') ?? 0
  const json = Math.max(weights.get('application/json') ?? 0, weights.get('application/problem+json') ?? 0)
  return html > 0 && html >= json
}

/** Says in words what `answer` says; it is given back as it is to whoever does not prefer a page. */
export async function answerPeople(
  answer: ProblemAnswer,
  accept: string | undefined,
  link: Link,
): Promise<ProblemAnswer> {
  if (!prefersHtml(accept)) return answer
  const problem = parseShape(problemShape, JSON.parse(answer.body), { name: 'the answer' })
  const page = await errorPage({ problem, retryAfter: answer.headers['Retry-After'] }, link)
  const vary = [answer.headers.Vary, 'Accept'].filter((name) => name !== undefined).join(', ')
  const headers = { ...PAGE_HEADERS, ...answer.headers, 'Content-Type': 'text/html; charset=utf-8', Vary: vary }
  return { ...answer, headers, body: String(page) }
}
