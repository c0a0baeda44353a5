// What a visitor sees who followed a link to a repo, plugin or version that is not here.
import { html } from 'hono/html'
import type { Html } from './layout.ts'
import { layout } from './layout.ts'
import type { Link } from './links.ts'

export function missingPage(link: Link): Html {
  const body = html`<h1>There is nothing here</h1>
<p>It may stand in another repo, or in one that only some may read. Search for it above, or look through <a href="${link('/')}">all repos</a>.</p>`
  return layout({ link, title: 'Not found · octo registry', body })
}
