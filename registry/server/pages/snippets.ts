// What a visitor copies: a check with the arguments that the plugin requires, the repo with its keys, and the command for what is no check.
import { html } from 'hono/html'
import { exampleArguments } from '../../../schemas/arguments/example.ts'
import { checkSnippet } from '../../../schemas/check-snippet.ts'
import type { ReleasedManifest } from '../../../schemas/manifest.ts'
import type { Name } from '../../../schemas/name.ts'
import type { TrustKey } from '../../../schemas/trust-key.ts'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import type { Version } from '../../../schemas/version.ts'
import { isPrerelease } from '../../../schemas/version.ts'
import type { PagesDeps } from '../../context.ts'
import { keyringOf } from '../../publish/keyring.ts'
import { copyable } from './blocks.ts'
import type { Html } from './layout.ts'
import type { Link } from './links.ts'
import { repoPath } from './page-paths.ts'

type Offer = {
  readonly repo: Name
  readonly plugin: Name
  readonly version: Version
  readonly manifest: ReleasedManifest
  /** The newest one that new installs choose. */
  readonly isNewest: boolean
  readonly isPrivate: boolean
  readonly link: Link
}

/** What is written into a config, the repo that it comes from, and what is typed then. */
export async function howToUse(deps: PagesDeps, offer: Offer): Promise<Html> {
  const { repo, plugin, version, manifest, isPrivate, link } = offer
  const fromRepo = html`${await repoSnippet(deps, { repo, isPrivate })}
<p class="dim">A page is forged as easily as what it offers. The <a href="${link(repoPath(repo))}">page of the repo</a> says how its keys are compared.</p>`
  const yaml = checkYaml(offer)
  if (yaml === undefined) {
    const range = offer.isNewest && !isPrerelease(version) ? `^${version}` : version
    return html`${fromRepo}
<p>Then, in the folder of your config:</p>
${copyable(`octo add ${plugin}@${range}`)}`
  }
  const { values, open } = exampleArguments(manifest.arguments)
  const isComplete = Object.keys(values).length + open.length === 0
  return html`<p>As a check of a service in your config${isComplete ? '' : ', with your own values for the arguments that it requires'}:</p>
${copyable(yaml)}
${fromRepo}
<p>Then:</p>
${copyable('octo check')}
${isComplete ? html`<p>Or by itself:</p>${copyable(`octo run ${plugin}@${version}`)}` : ''}`
}

/** A config in itself but for the repo; undefined for what is no check. */
function checkYaml({ plugin, version, manifest, isNewest }: Offer): string | undefined {
  const tool = isNewest && !isPrerelease(version) ? plugin : `${plugin}@${version}`
  return checkSnippet({ name: plugin, version, manifest, tool, service: 'web' })?.trimEnd()
}

type Repo = { readonly repo: Name; readonly isPrivate: boolean }

/** How the repo comes into a config, with the keys that count there. */
export async function repoSnippet({ metadata, config }: PagesDeps, { repo, isPrivate }: Repo): Promise<Html> {
  const keys = (await keysOf({ metadata }, repo)).map((key) => ` --key ${publicKeyLine(key)}`)
  return html`<p>The repo, once:</p>
${copyable(`octo add ${repoAddress(config.baseUrl, repo)}${keys.join('')}`)}
${isPrivate ? html`<p>It is private: keep a token that may read it, once.</p>${copyable(`octo login --registry ${config.baseUrl}`)}` : ''}`
}

/** Those that were not taken back. */
export async function keysOf({ metadata }: Pick<PagesDeps, 'metadata'>, repo: Name): Promise<readonly TrustKey[]> {
  return keyringOf(await metadata.repos.keys(repo)).filter(({ revoked }) => revoked !== true)
}

export function repoAddress(baseUrl: string, repo: Name): string {
  return `${baseUrl}/repos/${repo}.yaml`
}
