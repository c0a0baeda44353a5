// One version of a plugin: what changed since the one before it, its platforms, who signed it, and how it is run.
import { html } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import type { ReleaseChange } from '../../../schemas/release-changes.ts'
import { releaseChanges } from '../../../schemas/release-changes.ts'
import type { Version } from '../../../schemas/version.ts'
import { compareVersions, isPrerelease, isVersion, newestFirst } from '../../../schemas/version.ts'
import type { PagesDeps } from '../../context.ts'
import type { RankedVersion, Release } from '../../db/records.ts'
import { sentence } from './blocks.ts'
import type { Html } from './layout.ts'
import { layout } from './layout.ts'
import { linksOf } from './links.ts'
import type { Markdown } from './markdown/markdown.ts'
import { pluginPath, repoPath, versionPath } from './page-paths.ts'
import { howItRuns, originOf, platformTable, shownManifest, tags } from './release-parts.ts'
import type { Asked } from './seen-plugin.ts'
import { seenPlugin } from './seen-plugin.ts'
import { shownText } from './shown-text.ts'
import { howToUse } from './snippets.ts'
import { stateNotes } from './version-state.ts'

type AskedVersion = Asked & { readonly version: string }

/** Undefined when there is no such version, or not for whoever asks. */
export async function versionPage(
  deps: PagesDeps,
  asked: AskedVersion,
  markdown: Markdown,
): Promise<HtmlEscapedString | undefined> {
  const { catalog } = deps.metadata
  const { version } = asked
  const link = linksOf(deps)
  const seen = isVersion(version) ? await seenPlugin(deps, asked) : undefined
  if (!seen || !isVersion(version)) return undefined
  const { repo, plugin, row, states, isPrivate } = seen
  const release = await catalog.release({ repo, plugin, version })
  if (!release) return undefined
  const earlier = versionBefore(version, states)
  const before = earlier && (await catalog.release({ repo, plugin, version: earlier }))
  const manifest = shownManifest(release)
  const title = `${repo}/${plugin} ${version}`
  const body = html`<nav aria-label="Breadcrumb" class="dim"><a href="${link(repoPath(repo))}">${repo}</a> / <a href="${link(pluginPath(repo, plugin))}">${plugin}</a></nav>
<h1>${title}</h1>
<p dir="auto">${shownText(manifest.description)}</p>
${tags(manifest)}
${stateNotes(release)}
<h2 id="changes">What changed${before ? html` since <a href="${link(versionPath(repo, plugin, before.version))}">${before.version}</a>` : ''}</h2>
${changed(release, before)}
${manifest.changelog ? html`<h2 id="changelog">What its author says</h2>${await markdown.show(manifest.changelog, 'changelog')}` : ''}
${
  release.state === 'active'
    ? html`<h2 id="use">Use it</h2>
${await howToUse(deps, { repo, plugin, version, manifest, isNewest: row.newest === version, isPrivate, link })}`
    : ''
}
${howItRuns(manifest)}
<h2 id="platforms">Platforms</h2>
${platformTable(release, link)}
${await originOf(deps, release, link)}
${manifest.readme ? html`<h2 id="readme">README</h2>${await markdown.show(manifest.readme, 'readme')}` : ''}`
  return layout({ link, title: `${title} · octo registry`, body })
}

/** The newest one below it: of stable versions the stable one, unless there are only pre-releases. */
function versionBefore(version: Version, states: readonly RankedVersion[]): Version | undefined {
  const below = newestFirst(states.filter((other) => compareVersions(other.version, version) < 0))
  const stable = isPrerelease(version) ? undefined : below.find((other) => !isPrerelease(other.version))
  return (stable ?? below[0])?.version
}

function changed(release: Release, before: Release | undefined): Html {
  if (!before) return html`<p>It is the first version.</p>`
  const changes = releaseChanges(comparedOf(before), comparedOf(release))
  if (changes.length === 0)
    return html`<p>Nothing that is signed about its use: arguments, needs, platforms and signer are the same.</p>`
  return html`<dl>${[...Map.groupBy(changes, ({ about }) => about)].map(([about, all]) => changesAbout(about, all))}</dl>`
}

function changesAbout(about: string, changes: readonly ReleaseChange[]): Html {
  return html`<dt>${about}</dt>${changes.map(({ text }) => html`<dd dir="auto">${sentence(text)}</dd>`)}`
}

function comparedOf(release: Release) {
  const { signer, predicate } = release
  return { signer, manifest: shownManifest(release), platforms: Object.keys(predicate.platforms) }
}
