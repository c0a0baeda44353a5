// The versions of a plugin, each with its state, platforms and signer.
import { html } from 'hono/html'
import type { Name } from '../../../schemas/name.ts'
import { artifactPath } from '../../../static-tree/paths.ts'
import { formatBytes } from '../../../terminal/index.ts'
import type { ShownVersion } from '../../db/records.ts'
import type { Cell } from './blocks.ts'
import { dayOf, pageTable } from './blocks.ts'
import type { Html } from './layout.ts'
import type { Link } from './links.ts'
import { versionPath } from './page-paths.ts'
import { stateCell } from './version-state.ts'

type Names = { readonly repo: Name; readonly plugin: Name; readonly link: Link }

export function versionTable(names: Names, versions: readonly ShownVersion[]): Html {
  const { repo, plugin } = names
  return pageTable(
    { caption: `Versions of ${repo}/${plugin}`, titles: ['Version', 'Published', 'State', 'Platforms', 'Signed by'] },
    versions.map((version) => versionRow(names, version)),
  )
}

function versionRow(names: Names, row: ShownVersion): readonly Cell[] {
  const { repo, plugin, link } = names
  const platforms = row.artifacts.map(
    (artifact, index) => html`${index === 0 ? '' : ', '}${platform(names, row, artifact)}`,
  )
  return [
    { shown: html`<a href="${link(versionPath(repo, plugin, row.version))}">${row.version}</a>`, isHead: true },
    { shown: dayOf(row.publishedAt) },
    { shown: stateCell(row) },
    { shown: platforms },
    { shown: html`<code title="${row.signer}">${row.signer.slice(0, 19)}…</code>` },
  ]
}

function platform(names: Names, row: ShownVersion, artifact: ShownVersion['artifacts'][number]): Html | string {
  if (row.state === 'quarantined') return artifact.platform
  const path = artifactPath(names.repo, names.plugin, row.version, artifact.file)
  return html`<a href="${names.link(`/${path}`)}" title="${artifact.digest}">${artifact.platform}</a> (${formatBytes(artifact.size)})`
}
