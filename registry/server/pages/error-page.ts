// What somebody with a browser is told when something went wrong: what happened, what to do, and what to tell others. Made from the
// same problem document that a program gets, so that it says no more than that does.

import { html } from 'hono/html'
import type { Problem } from '../../../schemas/api.ts'
import { shownSeconds } from '../../../schemas/shown-duration.ts'
import { sentence } from './blocks.ts'
import type { Html } from './layout.ts'
import { layout } from './layout.ts'
import type { Link } from './links.ts'
import { shownText } from './shown-text.ts'

type Told = { readonly problem: Problem; readonly retryAfter: string | undefined }

export function errorPage({ problem, retryAfter }: Told, link: Link): Html {
  const { title, status, code, detail, hint, type, requestId } = problem
  const headline = `${title.charAt(0).toUpperCase()}${title.slice(1)}`
  const body = html`<h1>${shownText(headline)}</h1>
<p dir="auto">${whole(detail)}</p>
<h2>What to do</h2>
<ul>
${hint === undefined ? '' : html`<li>${whole(hint)}</li>`}
${advice(status, retryAfter, link).map((each) => html`<li>${each}</li>`)}
</ul>
<dl class="facts">
<dt>Status</dt><dd>${status}</dd>
<dt>Code</dt><dd><a href="${type}" rel="nofollow noopener noreferrer ugc"><code>${code}</code></a></dd>
${requestId === undefined ? '' : html`<dt>Request</dt><dd><code>${requestId}</code></dd>`}
</dl>`
  return layout({ link, title: `${headline} · octo registry`, body })
}

function advice(status: number, retryAfter: string | undefined, link: Link): readonly (Html | string)[] {
  const start = html`<a href="${link('/')}">Look through all repos</a>, or search for the plugin above.`
  if (status === 401) return ['In a browser, any user name will do; the password is a token that may read.', start]
  if (status === 404) return ['Look whether the address is complete.', start]
  if (status === 405)
    return [html`Addresses of the API are asked by programs: <a href="${link('/api')}">this is how</a>.`]
  if (status === 429 || status === 503) return [`Try again in ${shownSeconds(Number(retryAfter ?? 1) * 1000)}.`]
  if (status >= 500) return ['Try again. If it stays, tell whoever runs this registry the request below.']
  return [start]
}

function whole(text: string): Html {
  return sentence(/[.!?]$/.test(text) ? text : `${text}.`)
}
