// What a visitor copies to get a plugin: the repo with its keys for the config, and the command.
import { html } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import type { Name } from '../../../schemas/name.ts'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import type { PagesDeps } from '../../context.ts'
import { keyringOf } from '../../publish/keyring.ts'

type Offer = { readonly repo: Name; readonly plugin: Name; readonly version: string; readonly isPrivate: boolean }

export async function installSnippet(
  { metadata, config }: PagesDeps,
  { repo, plugin, version, isPrivate }: Offer,
): Promise<HtmlEscapedString> {
  const keys = keyringOf(await metadata.repos.keys(repo)).filter(({ revoked }) => revoked !== true)
  const lines = [
    'operator:',
    '  repos:',
    `    ${repo}:`,
    `      url: ${config.baseUrl}/repos/${repo}.yaml`,
    '      keys:',
    ...keys.map((key) => `        - ${publicKeyLine(key)}`),
  ]
  return html`<h2>Install</h2>
<p>Name the repo and its keys in your config once:</p>
<pre class="copy" tabindex="0">${lines.join('\n')}</pre>
${isPrivate ? html`<p>The repo is private: keep a token that may read it, once.</p><pre class="copy" tabindex="0">octo login --registry ${config.baseUrl}</pre>` : ''}
<p>Then run it; it is fetched, proven and kept on the way:</p>
<pre class="copy" tabindex="0">octo run ${plugin}@${version}</pre>
<p class="dim">A page can be forged as easily as what it offers: compare the keys with what the publisher says elsewhere.</p>
<ul class="tags">${keys.map(({ id }) => html`<li><code>${id}</code></li>`)}</ul>`
}
