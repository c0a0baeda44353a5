// A list of plugins, as the start page and the search show it.
import { html } from 'hono/html'
import type { SearchAnswer } from '../../../schemas/api.ts'
import type { Html } from './layout.ts'
import type { Link } from './links.ts'
import { shownText } from './shown-text.ts'

type Row = SearchAnswer['results'][number]

/** e.g. `/plugins/core/check-tcp` */
function pluginPath(repo: string, plugin: string): string {
  return `/plugins/${repo}/${plugin}`
}

export function pluginTable(rows: readonly Row[], caption: string, link: Link): Html {
  return html`<div class="table"><table>
<caption class="hidden">${caption}</caption>
<thead><tr><th scope="col">Plugin</th><th scope="col">What it does</th><th scope="col">Kind</th><th scope="col">Newest</th></tr></thead>
<tbody>${rows.map((row) => tableRow(row, link))}</tbody>
</table></div>`
}

function tableRow({ repo, plugin, description, kind, category, version }: Row, link: Link): Html {
  return html`<tr>
<td><a href="${link(pluginPath(repo, plugin))}">${repo}/${plugin}</a></td>
<td dir="auto">${shownText(description)}</td>
<td>${shownText(category ? `${kind}, ${category}` : kind)}</td>
<td>${version ?? html`<span class="dim">none</span>`}</td>
</tr>`
}
