// What a visitor sees first: the repos, and what they offer.
import { html } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import type { Sight } from '../../auth/read-gate.ts'
import type { PagesDeps } from '../../context.ts'
import { feedPath } from './feed-path.ts'
import type { Html } from './layout.ts'
import { layout } from './layout.ts'
import { linksOf } from './links.ts'
import { newsTable } from './newest-page.ts'
import { repoPath } from './page-paths.ts'
import { morePlugins, pluginTable } from './plugin-table.ts'

/** Releases that are shown. */
const MAX_NEWS = 5
/** Repos that are shown with their plugins. */
const MAX_REPOS = 20

export async function startPage(deps: PagesDeps, { privateRepos }: Sight): Promise<HtmlEscapedString> {
  const { metadata, config } = deps
  const link = linksOf(deps)
  const news = await metadata.catalog.news({ limit: MAX_NEWS }, privateRepos)
  const repos = await metadata.catalog.repoSummaries(MAX_REPOS + 1, privateRepos)
  const shownRepos = repos.slice(0, MAX_REPOS).map(async ({ name, visibility, plugins }) => {
    const shown = (await metadata.catalog.search('', name, privateRepos)).results
    return html`<section>
<h2 id="repo-${name}"><a href="${link(repoPath(name))}">${name}</a></h2>
<p class="dim">${visibility === 'private' ? 'private · ' : ''}${countOf(plugins)} · <a href="${link(`/repos/${name}.yaml`)}">YAML</a> · <a href="${link(`/repos/${name}.json`)}">JSON</a></p>
${plugins === 0 ? emptyRepo(config.baseUrl) : pluginTable(shown, `Plugins of ${name}`, link)}
${plugins > shown.length ? morePlugins(name, link) : ''}
</section>`
  })
  const sections = await Promise.all(shownRepos)
  const body = html`<h1>Plugins</h1>
<p class="dim">Signed plugins for OctoCompose, served by this registry. <a href="${link('/search')}?q=">All plugins</a>, <a href="${link('/newest')}">newest releases</a>, <a href="${link('/api')}">the API</a>.</p>
${sections.length === 0 ? html`<p>There is no repo yet. Create one with</p><pre class="copy" tabindex="0">octo registry repo create core --data DIR</pre>` : sections}
${news.length === 0 ? '' : html`<section><h2>Newest releases</h2>${newsTable(news, 'Newest releases', link)}<p class="dim"><a href="${link('/newest')}">All of them</a>, also as <a href="${link(feedPath({}))}">Atom</a></p></section>`}
${repos.length > MAX_REPOS ? html`<p class="dim">There are more repos: <a href="${link('/search')}?q=">all plugins</a> can be narrowed down by repo, and the <a href="${link('/.well-known/octo.json')}">discovery document</a> lists them.</p>` : ''}`
  return layout({ link, title: 'octo registry', body })
}

function countOf(plugins: number): string {
  return plugins === 1 ? '1 plugin' : `${plugins} plugins`
}

function emptyRepo(baseUrl: string): Html {
  return html`<p>Nothing is published yet. In a plugin project:</p><pre class="copy" tabindex="0">octo login --registry ${baseUrl}
octo publish --registry ${baseUrl}</pre>`
}
