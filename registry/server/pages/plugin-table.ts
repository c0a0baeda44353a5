// A list of plugins, as the start page and the search show it.
import { html } from 'hono/html'
import type { SearchAnswer } from '../../../schemas/api.ts'
import { MAX_SEARCH_RESULTS } from '../../db/search-words.ts'
import type { Cell } from './blocks.ts'
import { pageTable } from './blocks.ts'
import type { Html } from './layout.ts'
import type { Link } from './links.ts'
import { pluginPath } from './page-paths.ts'
import { shownText } from './shown-text.ts'

type Row = SearchAnswer['results'][number]

export function pluginTable(rows: readonly Row[], caption: string, link: Link): Html {
  return pageTable(
    { caption, titles: ['Plugin', 'Newest'] },
    rows.map((row) => tableRow(row, link)),
  )
}

/** Where the table holds the first of a repo only. */
export function morePlugins(repo: string, link: Link): Html {
  const others = `${link('/search')}?${new URLSearchParams({ q: '', repo, page: '2' })}`
  return html`<p class="dim">The first ${MAX_SEARCH_RESULTS} are shown; <a href="${others}">the others</a>.</p>`
}

function tableRow({ repo, plugin, description, kind, category, version }: Row, link: Link): readonly Cell[] {
  const listed = html`<a href="${link(pluginPath(repo, plugin))}">${repo}/${plugin}</a><p dir="auto">${shownText(description)}</p><p class="dim">${shownText(category ? `${kind}, ${category}` : kind)}</p>`
  return [{ shown: listed, class: 'listed' }, { shown: version ?? html`<span class="dim">none</span>` }]
}
