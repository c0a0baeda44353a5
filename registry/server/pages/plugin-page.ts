// One plugin: how it is used, its arguments and platforms, who signed it, every version, and its README.
import { html } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import { pluginName } from '../../../schemas/release-name.ts'
import { newestFirst } from '../../../schemas/version.ts'
import { bestOf } from '../../../static-tree/newest.ts'
import { pluginDocumentPath } from '../../../static-tree/paths.ts'
import type { PagesDeps } from '../../context.ts'
import { layout } from './layout.ts'
import { linksOf } from './links.ts'
import type { Markdown } from './markdown/markdown.ts'
import { repoPath } from './page-paths.ts'
import { howItRuns, originOf, platformTable, shownManifest, tags } from './release-parts.ts'
import type { Asked } from './seen-plugin.ts'
import { seenPlugin } from './seen-plugin.ts'
import { shownText } from './shown-text.ts'
import { howToUse } from './snippets.ts'
import { stateNotes } from './version-state.ts'
import { versionTable } from './version-table.ts'

/** Versions that are listed; the document has them all. */
const MAX_VERSIONS = 50

/** Undefined when there is no such plugin, or not for whoever asks. */
export async function pluginPage(
  deps: PagesDeps,
  asked: Asked,
  markdown: Markdown,
): Promise<HtmlEscapedString | undefined> {
  const { catalog } = deps.metadata
  const link = linksOf(deps)
  const seen = await seenPlugin(deps, asked)
  const best = seen && bestOf(seen.states)
  if (!seen || !best) return undefined
  const { repo, plugin, row, states, isPrivate } = seen
  const release = await catalog.release({ repo, plugin, version: best.version })
  if (!release) return undefined
  const listed = newestFirst(states)
    .slice(0, MAX_VERSIONS)
    .map(({ version }) => version)
  const found = new Map(
    (await catalog.shownVersions(repo, plugin, listed)).map((shown) => [shown.version, shown] as const),
  )
  const versions = listed.flatMap((version) => found.get(version) ?? [])
  const manifest = shownManifest(release)
  const title = pluginName({ repo, plugin })
  const isNewest = row.newest === release.version
  const body = html`<nav aria-label="Breadcrumb" class="dim"><a href="${link(repoPath(repo))}">${repo}</a>${isPrivate ? ' · private' : ''}</nav>
<h1>${title}</h1>
<p dir="auto">${shownText(manifest.description)}</p>
${tags(manifest, release.version)}
${stateNotes(release)}
${
  release.state === 'active'
    ? html`<h2 id="use">Use it</h2>
${isNewest ? '' : html`<p class="yanked">There are pre-releases only, which have to be named.</p>`}
${await howToUse(deps, { repo, plugin, version: release.version, manifest, isNewest, isPrivate, link })}`
    : html`<p class="yanked">No version of it is offered for new installs.</p>`
}
${howItRuns(manifest)}
<h2 id="platforms">Platforms of ${release.version}</h2>
${platformTable(release, link)}
${await originOf(deps, release, link)}
<h2 id="versions">Versions</h2>
${versionTable({ repo, plugin, link }, versions)}
<p class="dim">${states.length > versions.length ? `The newest ${versions.length} of ${states.length}. ` : ''}All as <a href="${link(`/${pluginDocumentPath(repo, plugin, 'json')}`)}">JSON</a> or <a href="${link(`/${pluginDocumentPath(repo, plugin, 'yaml')}`)}">YAML</a>.</p>
${manifest.readme ? html`<h2 id="readme">README</h2>${await markdown.show(manifest.readme, 'readme')}` : ''}`
  return layout({ link, title: `${title} · octo registry`, body })
}
