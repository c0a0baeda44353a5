// Plugins that fit what a visitor looks for.
import { html } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import type { Sight } from '../../auth/read-gate.ts'
import type { PagesDeps } from '../../context.ts'
import { MAX_SEARCH_RESULTS } from '../../db/search-words.ts'
import { layout } from './layout.ts'
import { linksOf } from './links.ts'
import { pluginTable } from './plugin-table.ts'
import { shownText } from './shown-text.ts'

const MAX_QUERY = 200

export async function searchPage(deps: PagesDeps, asked: string, { privateRepos }: Sight): Promise<HtmlEscapedString> {
  const link = linksOf(deps)
  const query = asked.slice(0, MAX_QUERY)
  const { results, truncated } = await deps.metadata.catalog.search(query, undefined, privateRepos)
  const found = results.length === 1 ? '1 plugin' : `${results.length} plugins`
  const body = html`<h1>${query === '' ? 'All plugins' : html`Plugins for “${shownText(query)}”`}</h1>
<p class="dim" role="status">${results.length === 0 ? 'Nothing fits. Try the beginning of a word.' : `${found} found`}</p>
${results.length === 0 ? '' : pluginTable(results, 'Search results', link)}
${truncated ? html`<p class="dim">Only the best ${MAX_SEARCH_RESULTS} are shown. Another word narrows them down.</p>` : ''}`
  return layout({ link, title: query === '' ? 'All plugins' : `${query} · octo registry`, query, body })
}
