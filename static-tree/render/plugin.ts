// One plugin's document: JSON for clients, and the same in YAML, which octoctl reads like a small repo. Rendered in pieces, so
// that a plugin with thousands of versions does not hold up whoever renders it, and the oldest of very many in pages.
import { digestOf } from '../../schemas/digest.ts'
import { LIMITS } from '../../schemas/limits.ts'
import type { Name } from '../../schemas/name.ts'
import type { DocumentPage, DocumentVersion } from '../../schemas/plugin-document.ts'
import { pluginDocumentHead } from '../../schemas/plugin-document.ts'
import { PLUGIN_PAGE_FORMAT } from '../../schemas/plugin-pages.ts'
import type { Version } from '../../schemas/version.ts'
import { newestFirst } from '../../schemas/version.ts'
import type { BaseUrl } from '../base-url.ts'
import { listingOf } from '../newest.ts'
import { pluginDocumentPath, pluginPagePath } from '../paths.ts'
import type { PluginRecord, ReleaseRecord, TreeFile } from '../record.ts'
import { octoctlKeys } from './octoctl-keys.ts'
import { yamlText } from './yaml-text.ts'

type Entry = { readonly version: DocumentVersion; readonly text: string; readonly bytes: number }

/** All documents, pages first, or nothing for a plugin without releases. */
export function renderPlugin(record: PluginRecord, base: BaseUrl, budget?: number): TreeFile[] {
  return [...renderPluginPieces(record, base, budget)].filter((file) => file !== undefined)
}

/** The same with a chance to pause: yields `undefined` now and then, and each file once it is done. */
export function* renderPluginPieces(
  record: PluginRecord,
  base: BaseUrl,
  budget: number = LIMITS.pluginDocumentBudget,
): Generator<TreeFile | undefined> {
  const listing = listingOf(record)
  if (!listing) return
  const entries: Entry[] = []
  for (const release of newestFirst(record.releases)) {
    if (entries.length % 100 === 99) yield undefined
    entries.push(entryOf(release))
  }
  const { shown, pages } = splitIntoPages(entries, budget)
  const named: DocumentPage[] = []
  for (const [index, page] of pages.entries()) {
    const file = renderPage(record, index + 1, page)
    named.unshift(describePage(file, index + 1, page))
    yield file
  }
  const head = {
    ...pluginDocumentHead(record, listing.release.predicate.manifest),
    ...(named.length > 0 ? { pages: named } : {}),
  }
  yield fileOf(record, 'json', `${JSON.stringify(head).slice(0, -1)},"versions":${listText(shown)}}\n`)
  const yaml = [
    yamlText(octoctlKeys([listing], base)),
    yamlText({ octo: { ...head, versions: [] } }).replace(/ \[\]\n$/, '\n'),
  ]
  for (const [index, { version }] of shown.entries()) {
    if (index % 100 === 99) yield undefined
    yaml.push(yamlText([version], '    '))
  }
  yield fileOf(record, 'yaml', yaml.join(''))
}

/**
 * Oldest first, and each page is full before the next one begins, so that a new version changes none of them. Half of the
 * budget moves at once: most publishes move nothing.
 */
function splitIntoPages(entries: readonly Entry[], budget: number) {
  const pages: (readonly Entry[])[] = []
  let left = entries.reduce((sum, { bytes }) => sum + bytes, 0)
  let end = entries.length
  while (left > budget && end > 1) {
    let start = end
    let size = 0
    do {
      start--
      size += entries[start]?.bytes ?? 0
    } while (start > 1 && size + (entries[start - 1]?.bytes ?? 0) <= budget / 2)
    pages.push(entries.slice(start, end))
    left -= size
    end = start
  }
  return { shown: entries.slice(0, end), pages }
}

function renderPage({ repo, plugin }: PluginRecord, page: number, entries: readonly Entry[]): TreeFile {
  const head = JSON.stringify({ format: PLUGIN_PAGE_FORMAT, repo, plugin }).slice(0, -1)
  return { path: pluginPagePath(repo, plugin, page), bytes: `${head},"versions":${listText(entries)}}\n` }
}

function describePage({ bytes }: TreeFile, page: number, entries: readonly Entry[]): DocumentPage {
  const [newest, oldest] = [entries[0], entries.at(-1)].map((entry) => entry?.version.version as Version)
  const size = Buffer.byteLength(bytes)
  return { page, digest: digestOf(bytes), size, versions: entries.length, newest, oldest } as DocumentPage
}

function listText(entries: readonly Entry[]): string {
  return `[${entries.map(({ text }) => `\n${text}`).join(',')}\n]`
}

function entryOf(release: ReleaseRecord): Entry {
  const version = versionOf(release)
  const text = JSON.stringify(version)
  return { version, text, bytes: Buffer.byteLength(text) }
}

function fileOf(record: { repo: Name; plugin: Name }, format: 'json' | 'yaml', bytes: string): TreeFile {
  return { path: pluginDocumentPath(record.repo, record.plugin, format), bytes }
}

function versionOf(release: ReleaseRecord): DocumentVersion {
  const { version, publishedAt, state, reason, deprecated, bundle, predicate } = release
  return {
    version,
    publishedAt,
    state,
    reason,
    deprecated,
    minimumOperator: predicate.manifest.minimumOperator,
    bundle: { digest: bundle.digest, size: bundle.size },
    platforms: Object.fromEntries(
      Object.entries(predicate.platforms).map(([platform, { file, digest, size, format }]) => [
        platform,
        { file, digest, size, format },
      ]),
    ),
  }
}
