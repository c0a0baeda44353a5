// What a visitor sees who followed a link to a plugin that is not here.
import { html } from 'hono/html'
import type { Html } from './layout.ts'
import { layout } from './layout.ts'
import type { Link } from './links.ts'

export function missingPage(link: Link): Html {
  const body = html`<h1>There is no such plugin</h1>
<p>It may stand in another repo, or in one that only some may read. Search for it above, or look through <a href="${link('/')}">all repos</a>.</p>`
  return layout({ link, title: 'Not found · octo registry', body })
}
