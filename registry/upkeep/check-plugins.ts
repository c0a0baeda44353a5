// Compares the row of each plugin with the audit log and with its releases. Its serial only ever grows: one that went back would be given
// a second time, to another document, and clients that saw the first would refuse it. The rest of the row is what lists and searches show.
import { stableJson } from '../../schemas/json.ts'
import type { RegistryDeps } from '../context.ts'
import type { Plugin } from '../db/records.ts'
import type { MetadataStore } from '../db/store.ts'
import { refreshPlugin } from '../states/refresh-plugin.ts'
import type { Finding } from './check-audit.ts'

export async function checkPlugins({ metadata }: Pick<RegistryDeps, 'metadata'>): Promise<Finding[]> {
  const serials = await readSerials(metadata)
  const findings: Finding[] = []
  for (const repo of await metadata.repos.list())
    for (const name of await metadata.catalog.plugins(repo)) {
      const plugin = await metadata.catalog.plugin(repo, name)
      const message = plugin && (await differenceOf(plugin, serials, metadata))
      if (message !== undefined) findings.push({ subject: `${repo}/${name}`, message })
    }
  return findings
}

type Serials = ReadonlyMap<string, unknown>

/** The last one of each plugin that the log tells of, by `repo/plugin`. */
async function readSerials({ audit }: MetadataStore): Promise<Serials> {
  const serials = new Map<string, unknown>()
  for await (const { subject, details } of audit.walk())
    if (details.serial !== undefined) serials.set(subject.slice(0, subject.lastIndexOf('@')), details.serial)
  return serials
}

async function differenceOf(plugin: Plugin, serials: Serials, metadata: MetadataStore): Promise<string | undefined> {
  const { repo, plugin: name } = plugin
  const told = serials.get(`${repo}/${name}`)
  if (told !== plugin.serial) return `the audit log says that its serial is ${told}, and its row says ${plugin.serial}`
  const described = await describe(plugin, metadata)
  const { newest, kind, category, description } = plugin
  const isSame = !described || stableJson(described) === stableJson({ newest, kind, category, description })
  return isSame ? undefined : 'its row describes it in another way than its versions do'
}

type Description = Pick<Plugin, 'newest' | 'kind' | 'category' | 'description'>

/** Undefined for one without a version, which is told of elsewhere. */
async function describe(plugin: Plugin, { catalog }: MetadataStore): Promise<Description | undefined> {
  const { repo, plugin: name } = plugin
  const versions = await catalog.versions(repo, name)
  if (versions.length === 0) return undefined
  const { newest, describedBy } = refreshPlugin({ release: plugin, known: plugin, versions, at: plugin.createdAt })
  const release = await catalog.release({ repo, plugin: name, version: describedBy })
  if (!release) return undefined
  const { kind, category = null, description } = release.predicate.manifest
  return { newest, kind, category, description }
}
