// One plugin: what it is, how to get it, who signed it, every version with its platforms, and its README as plain text.
import { html } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import type { ArgumentFacts } from '../../../schemas/argument-list.ts'
import { listArguments } from '../../../schemas/argument-list.ts'
import type { ReleasedManifest } from '../../../schemas/manifest.ts'
import { manifestFacts } from '../../../schemas/manifest-facts.ts'
import type { Name } from '../../../schemas/name.ts'
import { isName } from '../../../schemas/name.ts'
import { newestFirst } from '../../../schemas/version.ts'
import { bestOf } from '../../../static-tree/newest.ts'
import { artifactPath, pluginDocumentPath } from '../../../static-tree/paths.ts'
import { formatBytes } from '../../../terminal/index.ts'
import type { Sight } from '../../auth/read-gate.ts'
import type { PagesDeps } from '../../context.ts'
import type { ShownVersion } from '../../db/records.ts'
import { installSnippet } from './install-snippet.ts'
import type { Html } from './layout.ts'
import { layout } from './layout.ts'
import type { Link } from './links.ts'
import { linksOf } from './links.ts'
import { shownText } from './shown-text.ts'

/** Versions that are listed; the document has them all. */
const MAX_VERSIONS = 50

type Asked = { readonly repo: string; readonly plugin: string; readonly sight: Sight }

/** Undefined when there is no such plugin, or not for whoever asks. */
export async function pluginPage(
  deps: PagesDeps,
  { repo, plugin, sight }: Asked,
): Promise<HtmlEscapedString | undefined> {
  const { catalog, repos } = deps.metadata
  const link = linksOf(deps)
  if (!isName(repo) || !isName(plugin)) return undefined
  const isPrivate = (await repos.visibility(repo)) !== 'public'
  if (isPrivate && !sight.privateRepos.includes(repo)) return undefined
  const row = await catalog.plugin(repo, plugin)
  const states = await catalog.versions(repo, plugin)
  const best = bestOf(states)
  const described = best && (await catalog.release({ repo, plugin, version: best.version }))
  if (!row || !described) return undefined
  const listed = newestFirst(states)
    .slice(0, MAX_VERSIONS)
    .map(({ version }) => version)
  const found = new Map(
    (await catalog.shownVersions(repo, plugin, listed)).map((shown) => [shown.version, shown] as const),
  )
  const versions = listed.flatMap((version) => found.get(version) ?? [])
  const offer =
    row.newest === null
      ? html`<p class="yanked">No version of it is offered for new installs.</p>`
      : await installSnippet(deps, { repo, plugin, version: row.newest, isPrivate })
  const { manifest } = described.predicate
  const title = `${repo}/${plugin}`
  const body = html`<h1>${title}</h1>
<p dir="auto">${shownText(manifest.description)}</p>
${tags(manifest, row.newest ?? undefined)}
${described.deprecated === null ? '' : html`<p class="deprecated"><strong>Deprecated:</strong> ${shownText(described.deprecated)}</p>`}
${offer}
${howItRuns(manifest)}
<h2>Versions</h2>
${versionTable({ repo, plugin, link }, versions)}
<p class="dim">${states.length > versions.length ? `The newest ${versions.length} of ${states.length}. ` : ''}All as <a href="${link(`/${pluginDocumentPath(repo, plugin, 'json')}`)}">JSON</a> or <a href="${link(`/${pluginDocumentPath(repo, plugin, 'yaml')}`)}">YAML</a>.</p>
${manifest.readme ? html`<h2>README</h2><pre class="readme" tabindex="0" dir="auto">${shownText(manifest.readme)}</pre>` : ''}`
  return layout({ link, title: `${title} · octo registry`, body })
}

function tags({ kind, category, license, homepage, source }: ReleasedManifest, newest: string | undefined): Html {
  const texts = [newest, kind, category, license].filter((text) => text !== undefined)
  return html`<ul class="tags">${texts.map((text) => html`<li>${shownText(text)}</li>`)}
${outside('Home page', homepage)}${outside('Source', source)}</ul>`
}

/** The shape of a manifest lets only http and https through. */
function outside(text: string, url: string | undefined): Html | string {
  return url === undefined ? '' : html`<li><a href="${url}" rel="noopener noreferrer nofollow ugc">${text}</a></li>`
}

/** What `octo info` says too: arguments, output contract and needs. */
function howItRuns(manifest: ReleasedManifest): Html {
  const rows = listArguments(manifest.arguments)
  return html`<h2>How it is run</h2>
<dl>${manifestFacts(manifest).map(({ name, text }) => html`<dt>${name}</dt><dd>${shownText(text)}</dd>`)}</dl>
${rows.length === 0 ? html`<p class="dim">It names no arguments.</p>` : argumentTable(rows)}`
}

function argumentTable(rows: readonly ArgumentFacts[]): Html {
  return html`<div class="table"><table>
<caption class="hidden">Arguments</caption>
<thead><tr><th scope="col">Argument</th><th scope="col">Type</th><th scope="col">Default</th><th scope="col">Description</th></tr></thead>
<tbody>${rows.map((row) => html`<tr><th scope="row">${shownText(row.name)}</th><td>${row.type}</td><td>${row.isRequired ? 'required' : shownText(row.default ?? '')}</td><td>${shownText(row.description)}</td></tr>`)}</tbody>
</table></div>`
}

type Names = { readonly repo: Name; readonly plugin: Name; readonly link: Link }

function versionTable(names: Names, versions: readonly ShownVersion[]): Html {
  return html`<div class="table"><table>
<caption class="hidden">Versions of ${names.repo}/${names.plugin}</caption>
<thead><tr><th scope="col">Version</th><th scope="col">Published</th><th scope="col">State</th><th scope="col">Platforms</th><th scope="col">Signed by</th></tr></thead>
<tbody>${versions.map((version) => versionRow(names, version))}</tbody>
</table></div>`
}

function versionRow(names: Names, row: ShownVersion): Html {
  const day = new Date(row.publishedAt).toISOString().slice(0, 10)
  return html`<tr>
<th scope="row">${row.version}</th>
<td><time datetime="${new Date(row.publishedAt).toISOString()}">${day}</time></td>
<td>${state(row)}</td>
<td>${row.artifacts.map((artifact, index) => html`${index === 0 ? '' : ', '}${platform(names, row, artifact)}`)}</td>
<td><code title="${row.signer}">${row.signer.slice(0, 19)}…</code></td>
</tr>`
}

function state({ state, yanked, quarantined, deprecated }: ShownVersion): Html {
  const reason = quarantined ?? yanked
  return html`<span class="${state}">${state}</span>${reason === null ? '' : html`<p>${shownText(reason)}</p>`}
${deprecated === null ? '' : html`<p class="deprecated">deprecated: ${shownText(deprecated)}</p>`}`
}

function platform(names: Names, row: ShownVersion, artifact: ShownVersion['artifacts'][number]): Html | string {
  if (row.state === 'quarantined') return artifact.platform
  const path = artifactPath(names.repo, names.plugin, row.version, artifact.file)
  return html`<a href="${names.link(`/${path}`)}" title="${artifact.digest}">${artifact.platform}</a> (${formatBytes(artifact.size)})`
}
