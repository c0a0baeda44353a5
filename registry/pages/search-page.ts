// Plugins that fit what a visitor looks for.
import { html } from 'hono/html'
import { MAX_SEARCH_RESULTS, searchPlugins } from '../db/search.ts'
import type { Html } from './layout.ts'
import { layout } from './layout.ts'
import type { PagesDeps } from './pages-deps.ts'
import { pluginTable } from './plugin-table.ts'

const MAX_QUERY = 200

export function searchPage({ db }: PagesDeps, asked: string): Html {
  const query = asked.slice(0, MAX_QUERY)
  const { results, truncated } = searchPlugins(db, query, undefined)
  const found = results.length === 1 ? '1 plugin' : `${results.length} plugins`
  const body = html`<h1>${query === '' ? 'All plugins' : html`Plugins for “${query}”`}</h1>
<p class="dim" role="status">${results.length === 0 ? 'Nothing fits. Try the beginning of a word.' : `${found} found`}</p>
${results.length === 0 ? '' : pluginTable(results, 'Search results')}
${truncated ? html`<p class="dim">Only the best ${MAX_SEARCH_RESULTS} are shown. Another word narrows them down.</p>` : ''}`
  return layout({ title: query === '' ? 'All plugins' : `${query} · octo registry`, query, body })
}
