// One plugin's document: JSON for clients, and its YAML twin, which octoctl reads like a small repo. Rendered in pieces, so
// that a plugin with thousands of versions does not hold up whoever renders it.
import type { Name } from '../name.ts'
import type { DocumentVersion, PluginDocument } from '../plugin-document.ts'
import { PLUGIN_DOCUMENT_FORMAT } from '../plugin-document.ts'
import type { BaseUrl } from './base-url.ts'
import { listingOf, newestFirst } from './newest.ts'
import { octoctlKeys } from './octoctl-keys.ts'
import { pluginDocumentPath } from './paths.ts'
import type { PluginRecord, ReleaseRecord, TreeFile } from './record.ts'
import { yamlText } from './yaml-text.ts'

type Head = Omit<PluginDocument, 'versions'>

/** Both documents, or nothing for a plugin without releases. */
export function renderPlugin(record: PluginRecord, base: BaseUrl): TreeFile[] {
  return [...renderPluginPieces(record, base)].filter((file) => file !== undefined)
}

/** The same with a chance to pause: yields `undefined` now and then, and each file once it is done. */
export function* renderPluginPieces(record: PluginRecord, base: BaseUrl): Generator<TreeFile | undefined> {
  const listing = listingOf(record)
  if (!listing) return
  const head = headOf(record, listing.release)
  const releases = newestFirst(record.releases)
  const octo = yamlText({ octo: { ...head, versions: [] } }).replace(/ \[\]\n$/, '\n')
  const [json, yaml] = [
    [`${JSON.stringify(head).slice(0, -1)},"versions":[`],
    [yamlText(octoctlKeys([listing], base)), octo],
  ]
  for (const [index, release] of releases.entries()) {
    if (index % 100 === 99) yield undefined
    const version = versionOf(release)
    json.push(`${index === 0 ? '' : ','}\n${JSON.stringify(version)}`)
    yaml.push(yamlText([version], '    '))
  }
  json.push('\n]}\n')
  yield fileOf(record, 'json', json)
  yield fileOf(record, 'yaml', yaml)
}

function fileOf(record: { repo: Name; plugin: Name }, format: 'json' | 'yaml', pieces: string[]): TreeFile {
  return { path: pluginDocumentPath(record.repo, record.plugin, format), bytes: pieces.join('') }
}

function headOf({ repo, plugin, serial }: PluginRecord, { predicate }: ReleaseRecord): Head {
  const { kind, category, description, license, homepage, source } = predicate.manifest
  return {
    format: PLUGIN_DOCUMENT_FORMAT,
    repo,
    plugin,
    serial,
    kind,
    category,
    description,
    license,
    homepage,
    source,
  }
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
