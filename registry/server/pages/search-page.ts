// Plugins that fit what a visitor looks for, and links that narrow them down: each keeps what was chosen before.
import { html } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import { omitUndefined } from '../../../schemas/omit-undefined.ts'
import type { Sight } from '../../auth/read-gate.ts'
import type { PagesDeps } from '../../context.ts'
import type { FoundPlugins } from '../../db/records.ts'
import type { Counted } from '../../db/search-filters.ts'
import { COUNTED } from '../../db/search-filters.ts'
import { MAX_CANDIDATES } from '../../db/search-words.ts'
import type { SearchRequest } from '../http/search-request.ts'
import type { Html } from './layout.ts'
import { layout } from './layout.ts'
import type { Link } from './links.ts'
import { linksOf } from './links.ts'
import { pageLinks } from './page-links.ts'
import { pluginTable } from './plugin-table.ts'
import { shownText } from './shown-text.ts'

const LABELS: Readonly<Record<Counted, string>> = {
  repo: 'Repo',
  kind: 'Kind',
  category: 'Category',
  platform: 'Runs on',
  contract: 'Contract',
  signer: 'Signed by',
}
/** Letters of a key id that tell keys apart. */
const SIGNER_LETTERS = 19

type Chosen = Readonly<Partial<Record<Counted, string>>>

export async function searchPage(deps: PagesDeps, asked: SearchRequest, sight: Sight): Promise<HtmlEscapedString> {
  const link = linksOf(deps)
  const { query, repo, ...narrowing } = asked
  const found = await deps.metadata.catalog.search(query, repo, sight.privateRepos, narrowing)
  const chosen: Chosen = { ...omitUndefined({ repo }), ...asked.filters }
  const view = { link, query, chosen, found }
  const isEmpty = found.results.length === 0
  const title = query === '' ? 'All plugins' : `Plugins for “${query}”`
  const body = html`<h1>${shownText(title)}</h1>
<p class="dim" role="status">${isEmpty ? 'Nothing fits.' : countOf(found.total)}</p>
${chips(view)}
${isEmpty ? whatToTry(view, sight) : filters(view)}
${isEmpty ? '' : pluginTable(found.results, 'Search results', link)}
${pageLinks({ page: asked.page, isLast: !found.truncated, to: (page) => addressOf(view, chosen, page) })}`
  return layout({ link, title: `${title} · octo registry`, query, kept: chosen, body })
}

function countOf(total: number): string {
  if (total >= MAX_CANDIDATES) return `${MAX_CANDIDATES} plugins or more; another word narrows them down`
  return total === 1 ? '1 plugin' : `${total} plugins`
}

type View = {
  readonly link: Link
  readonly query: string
  readonly chosen: Chosen
  readonly found: FoundPlugins
}

function addressOf({ link, query }: Pick<View, 'link' | 'query'>, chosen: Chosen, page = 1): string {
  const words = new URLSearchParams({ q: query, ...chosen, ...(page === 1 ? {} : { page: String(page) }) })
  return `${link('/search')}?${words}`
}

function without(chosen: Chosen, name: Counted): Chosen {
  return Object.fromEntries(Object.entries(chosen).filter(([other]) => other !== name))
}

/** What was chosen, each with a link that takes it back. */
function chips(view: View): Html | string {
  const names = COUNTED.filter((name) => view.chosen[name] !== undefined)
  if (names.length === 0) return ''
  const chip = (name: Counted) => {
    const label = `${LABELS[name]}: ${shownValue(name, view.chosen[name] ?? '')}`
    return html`<li><a class="chip chosen" href="${addressOf(view, without(view.chosen, name))}" aria-label="Without ${label}">${label} <span aria-hidden="true">×</span></a></li>`
  }
  return html`<ul class="chips" aria-label="Chosen filters">${names.map(chip)}</ul>`
}

/** A group for each filter that would change something. */
function filters(view: View): Html | string {
  const groups = COUNTED.filter((name) => view.chosen[name] === undefined).flatMap((name) => {
    const counts = Object.entries(view.found.counts[name])
    return counts.length > 1 ? [{ name, counts }] : []
  })
  if (groups.length === 0) return ''
  const value = (name: Counted, [text, count]: readonly [string, number]) =>
    html`<li><a class="chip" href="${addressOf(view, { ...view.chosen, [name]: text })}">${shownValue(name, text)} <span class="count">${count}</span></a></li>`
  return html`<details class="filters"><summary>Narrow down</summary>
${groups.map(({ name, counts }) => html`<section><h2 id="by-${name}">${LABELS[name]}</h2><ul class="chips" aria-labelledby="by-${name}">${counts.map((each) => value(name, each))}</ul></section>`)}
</details>`
}

function shownValue(name: Counted, text: string): string {
  return name === 'signer' ? `${text.slice(0, SIGNER_LETTERS)}…` : text
}

function whatToTry(view: View, { isAnonymous, hasPrivate }: Sight): Html {
  const { chosen, found, link, query } = view
  const names = COUNTED.filter((name) => chosen[name] !== undefined)
  const helping = names.filter((name) => name === 'repo' || (found.without[name] ?? 0) > 0)
  const drop = (name: Counted) => {
    const count = found.without[name]
    const what = html`<a href="${addressOf(view, without(chosen, name))}">without ${LABELS[name].toLowerCase()} ${shownValue(name, chosen[name] ?? '')}</a>`
    return html`<li>Look ${what}${count === undefined ? '' : html` <span class="dim">(${count})</span>`}</li>`
  }
  return html`<p>What you can try:</p>
<ul>
${helping.map(drop)}
${names.length > 1 ? html`<li><a href="${addressOf(view, {})}">Drop all filters</a></li>` : ''}
${query === '' ? '' : html`<li>Use fewer words, or only the beginning of one: each has to begin a word of the name, category or description</li>`}
<li><a href="${link('/search')}?q=">See all plugins</a></li>
${isAnonymous && hasPrivate ? html`<li>It may stand in a private repo: send a token that reads it, as the password of any user</li>` : ''}
</ul>`
}
