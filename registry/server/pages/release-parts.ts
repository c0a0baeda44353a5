// One release on a page: its arguments, how it is run, its platforms, and who signed and published it.
import { html } from 'hono/html'
import type { ArgumentFacts } from '../../../schemas/arguments/list.ts'
import { atLeastOneOf, listArguments, takesMore } from '../../../schemas/arguments/list.ts'
import type { ReleasedManifest } from '../../../schemas/manifest.ts'
import { manifestFacts } from '../../../schemas/manifest-facts.ts'
import { artifactPath, BUNDLE_FILE } from '../../../static-tree/paths.ts'
import { formatBytes } from '../../../terminal/index.ts'
import type { PagesDeps } from '../../context.ts'
import type { Release } from '../../db/records.ts'
import type { Cell } from './blocks.ts'
import { dayOf, outsideLink, pageTable, sentence } from './blocks.ts'
import type { Html } from './layout.ts'
import type { Link } from './links.ts'
import { shownText } from './shown-text.ts'

/** Of a quarantined release, nothing that its publisher wants somebody to read, follow or do. */
export function shownManifest({ state, predicate: { manifest } }: Release): ReleasedManifest {
  if (state !== 'quarantined') return manifest
  const { readme, changelog, homepage, source, ...rest } = manifest
  return rest
}

export function tags({ kind, category, license, homepage, source }: ReleasedManifest, version?: string): Html {
  const texts = [version, kind, category, license].filter((text) => text !== undefined)
  const links = [
    ...(homepage === undefined ? [] : [outsideLink('Home page', homepage)]),
    ...(source === undefined ? [] : [outsideLink('Source', source)]),
  ]
  return html`<ul class="tags">${texts.map((text) => html`<li>${shownText(text)}</li>`)}${links.map((each) => html`<li>${each}</li>`)}</ul>`
}

/** What `octo info` says too: arguments, output contract and needs. */
export function howItRuns(manifest: ReleasedManifest): Html {
  return html`<h2 id="arguments">Arguments</h2>
${argumentTable(listArguments(manifest.arguments))}
${neededOnes(atLeastOneOf(manifest.arguments))}
<p class="dim">${takesMore(manifest.arguments) ? 'It takes others, too.' : 'It takes no others.'}</p>
<h2 id="run">How it is run</h2>
<dl>${manifestFacts(manifest).map(({ name, text }) => html`<dt>${name}</dt><dd>${sentence(text)}</dd>`)}</dl>`
}

function neededOnes(names: readonly string[]): Html {
  if (names.length === 0) return html``
  return html`<p>One of ${names.map((name, at) => html`${at === 0 ? '' : ', '}<code>${name}</code>`)} is needed.</p>`
}

function argumentTable(rows: readonly ArgumentFacts[]): Html {
  if (rows.length === 0) return html`<p>It names no arguments.</p>`
  const hasExamples = rows.some(({ examples }) => examples !== undefined)
  const titles = ['Argument', 'Meaning', 'Default', ...(hasExamples ? ['Example'] : [])]
  return pageTable(
    { caption: 'Arguments', titles },
    rows.map((row) => argumentRow(row, hasExamples)),
  )
}

function argumentRow(row: ArgumentFacts, hasExamples: boolean): readonly Cell[] {
  const { name, type, isRequired, default: value, examples = [], description } = row
  const meaning = html`${description === '' ? '' : html`<p dir="auto">${sentence(description)}</p>`}<p class="dim">${shownText(type)}</p>`
  return [
    { shown: html`<code>${shownText(name)}</code>`, isHead: true },
    { shown: meaning, class: 'listed' },
    { shown: isRequired ? 'required' : code(value) },
    ...(hasExamples ? [{ shown: code(examples[0]) }] : []),
  ]
}

function code(text: string | undefined): Html | '' {
  return text === undefined ? '' : html`<code>${shownText(text)}</code>`
}

export function platformTable(release: Release, link: Link): Html {
  const rows = Object.entries(release.predicate.platforms).map(
    ([platform, { file, size, format, digest, runtime }]) => {
      const path = link(`/${artifactPath(release.repo, release.plugin, release.version, file)}`)
      const needs = runtime ? `${runtime.name} ${runtime.version ?? ''}` : 'none'
      return [
        { shown: release.state === 'quarantined' ? platform : html`<a href="${path}">${platform}</a>`, isHead: true },
        { shown: formatBytes(size) },
        { shown: format },
        { shown: shownText(needs) },
        { shown: html`<code>${digest}</code>`, class: 'digest' },
      ]
    },
  )
  return pageTable(
    { caption: `Platforms of ${release.version}`, titles: ['Platform', 'Size', 'Format', 'Runtime', 'Digest'] },
    rows,
  )
}

/** Who signed it is proven by the client; who published it is what the registry noted. */
export async function originOf({ metadata }: PagesDeps, release: Release, link: Link): Promise<Html> {
  const { repo, plugin, version, signer, publishedAt, publishedBy, bundleDigest, bundleSize, state } = release
  const key = (await metadata.repos.keys(repo)).find(({ id }) => id === signer)
  const token = await metadata.tokens.find(publishedBy)
  const path = link(`/${artifactPath(repo, plugin, version, BUNDLE_FILE)}`)
  return html`<h2 id="origin">Signed and published</h2>
<dl><dt>signed by</dt><dd>${key ? `${key.kind} key ` : 'key '}<code>${signer}</code>${key ? html`, admitted ${dayOf(key.addedAt)}` : ''}${typeof key?.revokedAt === 'number' ? html`, <span class="quarantined">revoked ${dayOf(key.revokedAt)}</span>` : ''}</dd>
<dt>published</dt><dd>${dayOf(publishedAt)}${token ? html` with the token <code>${shownText(token.name)}</code>` : ''}</dd>
<dt>statement</dt><dd>${state === 'quarantined' ? BUNDLE_FILE : html`<a href="${path}">${BUNDLE_FILE}</a>`} (${formatBytes(bundleSize)}) <code>${bundleDigest}</code></dd></dl>`
}
