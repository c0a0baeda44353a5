// Follows redirects as far as allowed. Credentials stay with the origin they were given for.
import type { Answer, RequestSettings } from './request.ts'
import { request } from './request.ts'
import type { WebTarget } from './target.ts'
import { shown } from './target.ts'

export type Journey = { readonly answer: Answer; readonly target: WebTarget; readonly redirects: number }

/** A redirect that is not followed; the sentence says why. */
export class RedirectRefused extends Error {
  override readonly name = 'RedirectRefused'
}

const REDIRECTS = [301, 302, 303, 307, 308]

export async function follow(start: WebTarget, settings: RequestSettings, limit: number): Promise<Journey> {
  let target = start
  for (let redirects = 0; ; redirects++) {
    const answer = await request(target, settings)
    if (limit === 0 || answer.location === undefined || !REDIRECTS.includes(answer.status))
      return { answer, target, redirects }
    if (redirects === limit) throw new RedirectRefused(`more than ${limit} redirects`)
    target = redirected(target, answer.location)
  }
}

function redirected(from: WebTarget, location: string): WebTarget {
  if (!URL.canParse(location, from.url)) throw new RedirectRefused('the redirect names no URL')
  const url = new URL(location, from.url)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new RedirectRefused(`the redirect leads to \`${url.protocol.slice(0, 40)}\``)
  if (from.url.protocol === 'https:' && url.protocol === 'http:')
    throw new RedirectRefused(`the redirect leads from HTTPS to ${shown(url)}`)
  const { credentials, socketPath } = from
  const sameOrigin = url.origin === from.url.origin
  url.username = ''
  url.password = ''
  return {
    kind: 'web',
    url,
    ...(sameOrigin && credentials !== undefined ? { credentials } : {}),
    ...(sameOrigin && socketPath !== undefined ? { socketPath } : {}),
  }
}
