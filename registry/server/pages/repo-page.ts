// One repo: how it comes into a config, whose signatures count in it and where they are compared, and its plugins.
import { html } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import type { PagesDeps } from '../../context.ts'
import type { RepoKey } from '../../db/records.ts'
import { copyable, dayOf, pageTable } from './blocks.ts'
import type { Html } from './layout.ts'
import { layout } from './layout.ts'
import { linksOf } from './links.ts'
import { morePlugins, pluginTable } from './plugin-table.ts'
import type { Asked } from './seen-plugin.ts'
import { seenRepo } from './seen-plugin.ts'
import { keysOf, repoAddress, repoSnippet } from './snippets.ts'

/** Undefined for a repo that is not there for whoever asks. */
export async function repoPage(
  deps: PagesDeps,
  asked: Pick<Asked, 'repo' | 'sight'>,
): Promise<HtmlEscapedString | undefined> {
  const { metadata, config } = deps
  const link = linksOf(deps)
  const seen = await seenRepo(deps, asked)
  if (!seen) return undefined
  const { repo, isPrivate } = seen
  const keys = await metadata.repos.keys(repo)
  const { results, truncated } = await metadata.catalog.search('', repo, asked.sight.privateRepos)
  const body = html`<h1>${repo}</h1>
<p class="dim">A repo of signed plugins${isPrivate ? ', which only some may read' : ''}. All of it as <a href="${link(`/repos/${repo}.json`)}">JSON</a> or <a href="${link(`/repos/${repo}.yaml`)}">YAML</a>.</p>
<h2 id="plugins">Plugins</h2>
${results.length === 0 ? html`<p>Nothing is published yet.</p>` : pluginTable(results, `Plugins of ${repo}`, link)}
${truncated ? morePlugins(repo, link) : ''}
<h2 id="add">Add it to a config</h2>
${await repoSnippet(deps, { repo, isPrivate })}
<p>Or by hand:</p>
${copyable(await configYaml(deps, { repo, address: repoAddress(config.baseUrl, repo) }))}
<h2 id="keys">Keys</h2>
<p>Whoever holds one of these keys decides what runs where this repo is used, and a page is forged as easily as what it offers. Ask the publishers for the ids of their
keys on another way than by this registry: their project’s own page, a person whom you know. <code>octo keygen</code> told each of them theirs, and <code>octo add</code> shows what you are about to trust.</p>
${keys.length === 0 ? html`<p class="yanked">The repo admits no key yet, so nothing can be published in it.</p>` : keyTable(keys)}`
  return layout({ link, title: `${repo} · octo registry`, body })
}

async function configYaml(
  deps: PagesDeps,
  { repo, address }: { readonly repo: Parameters<typeof keysOf>[1]; readonly address: string },
): Promise<string> {
  const keys = (await keysOf(deps, repo)).map((key) => `        - ${publicKeyLine(key)}`)
  return [
    'operator:',
    '  repos:',
    `    ${repo}:`,
    `      url: ${address}`,
    `      keys:${keys.length === 0 ? ' []' : ''}`,
    ...keys,
  ].join('\n')
}

function keyTable(keys: readonly RepoKey[]): Html {
  return pageTable(
    { caption: 'Keys', titles: ['Key id', 'Kind', 'Admitted', 'State'] },
    keys.map((key) => [
      { shown: html`<code>${key.id}</code>`, class: 'digest', isHead: true },
      { shown: key.kind },
      { shown: dayOf(key.addedAt) },
      { shown: stateOf(key) },
    ]),
  )
}

function stateOf({ validFrom, validTo, revokedAt }: RepoKey): Html {
  if (revokedAt !== null) return html`<span class="quarantined">revoked ${dayOf(revokedAt)}</span>`
  return html`<span class="active">counts</span>${validFrom === null ? '' : html` from ${dayOf(validFrom)}`}${validTo === null ? '' : html` until ${dayOf(validTo)}`}`
}
