// What is new: versions that were published, and those whose state changed, the last first.
import { html } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import type { Name } from '../../../schemas/name.ts'
import { omitUndefined } from '../../../schemas/omit-undefined.ts'
import type { Sight } from '../../auth/read-gate.ts'
import type { PagesDeps } from '../../context.ts'
import type { News } from '../../db/records.ts'
import type { Cell } from './blocks.ts'
import { pageTable } from './blocks.ts'
import { feedPath } from './feed-path.ts'
import type { Html } from './layout.ts'
import { layout } from './layout.ts'
import type { Link } from './links.ts'
import { linksOf } from './links.ts'
import { pageLinks } from './page-links.ts'
import { pluginPath, versionPath } from './page-paths.ts'
import { shownText } from './shown-text.ts'
import { stateCell } from './version-state.ts'

const PAGE = 50

type Asked = { readonly repo: Name | undefined; readonly page: number; readonly sight: Sight }

/** Of a repo that whoever asks may not read it shows as little as of one that is not there. */
export async function newestPage(deps: PagesDeps, { repo, page, sight }: Asked): Promise<HtmlEscapedString> {
  const link = linksOf(deps)
  const of = omitUndefined({ repo })
  const offset = (page - 1) * PAGE
  const found = await deps.metadata.catalog.news({ ...of, limit: PAGE + 1, offset }, sight.privateRepos)
  const rows = found.slice(0, PAGE)
  const title = repo === undefined ? 'Newest releases' : `Newest releases of ${repo}`
  const feed = { path: feedPath(of), title }
  const to = (other: number) => `${link('/newest')}?${new URLSearchParams({ ...of, page: String(other) })}`
  const body = html`<h1>${title}</h1>
<p class="dim">Versions that were published, and those whose state changed. A reader of feeds takes <a href="${link(feed.path)}" type="application/atom+xml">the same as Atom</a>.</p>
${rows.length === 0 ? html`<p>Nothing is published ${page === 1 ? 'yet' : 'before that'}.</p>` : newsTable(rows, title, link)}
${pageLinks({ page, isLast: found.length <= PAGE, to })}`
  return layout({ link, title: `${title} · octo registry`, feed, body })
}

export function newsTable(rows: readonly News[], caption: string, link: Link): Html {
  return pageTable(
    { caption, titles: ['Version', 'When (UTC)'] },
    rows.map((row) => newsRow(row, link)),
  )
}

function newsRow(news: News, link: Link): readonly Cell[] {
  const { repo, plugin, version, description, changedAt } = news
  const time = new Date(changedAt).toISOString()
  const listed = html`<a href="${link(pluginPath(repo, plugin))}">${repo}/${plugin}</a> <a class="version" href="${link(versionPath(repo, plugin, version))}">${version}</a><p dir="auto">${shownText(description)}</p>${states(news)}`
  const when = html`<time datetime="${time}"><span class="version">${time.slice(0, 10)}</span> <span class="version">${time.slice(11, 16)}</span></time>`
  return [
    { shown: listed, class: 'listed' },
    { shown: when, class: 'when' },
  ]
}

function states(news: News): Html | string {
  return news.state === 'active' && news.deprecated === null ? '' : stateCell(news)
}
