// A list of plugins in the words of octoctl and of the earlier OctoCompose documents. What octoctl does not know stands
// under `octo`, `digest`, `size` and `format`, none of which it takes for a key of its own in any spelling.
import { OCTOCTL_OPERATORS } from '../../schemas/name.ts'
import type { Platform } from '../../schemas/platform.ts'
import type { ReleaseArtifact } from '../../schemas/release-statement.ts'
import type { BaseUrl } from '../base-url.ts'
import type { Listing } from '../newest.ts'
import { artifactPath, BUNDLE_FILE } from '../paths.ts'

type Entries = Record<string, unknown>
type Offered = { readonly platform: Platform; readonly artifact: ReleaseArtifact; readonly url: string }

/** Root keys of a repo YAML: plural ones for octoctl, singular ones for readers of OctoCompose's first repo format. */
export function octoctlKeys(listings: readonly Listing[], base: BaseUrl): Entries {
  const plural: Record<'operators' | 'tools' | 'services', Entries> = { operators: {}, tools: {}, services: {} }
  const operator: Entries = {}
  const tool: Record<string, Entries> = {}
  const service: Entries = {}
  for (const listing of listings.filter(isOffered)) {
    const { plugin, release } = listing
    const { kind, category = 'other' } = release.predicate.manifest
    const offered = offeredBy(listing, base)
    const octo = aboutOf(listing, base)
    const host = offered.flatMap(hostEntry)
    if (kind === 'operator') {
      plural.operators[plugin] = { binary: binariesOf(offered.filter(runsUnderOctoctl)), source: {}, octo }
      operator[plugin] = { executes: 'host', client: host }
    } else {
      plural[`${kind}s`][plugin] = { baremetal: { binary: binariesOf(offered), source: {} }, octo }
      if (kind === 'service') service[plugin] = { host }
      else tool[category] = { ...tool[category], [plugin]: { host } }
    }
  }
  return filled({ ...plural, operator, tool, service })
}

/** octoctl carries some operators itself, so an entry of theirs would only mislead. */
function isOffered({ plugin, stable, release }: Listing): boolean {
  return stable && !(release.predicate.manifest.kind === 'operator' && OCTOCTL_OPERATORS.has(plugin))
}

function offeredBy({ repo, plugin, release }: Listing, base: BaseUrl): Offered[] {
  return Object.entries(release.predicate.platforms).map(([platform, artifact]) => ({
    platform: platform as Platform,
    artifact,
    url: `${base}/${artifactPath(repo, plugin, release.version, artifact.file)}`,
  }))
}

/** octoctl makes what it downloaded executable and starts it: archives and what needs a runtime would end in a silent 255. */
function runsUnderOctoctl({ platform, artifact }: Offered): boolean {
  return artifact.format === 'raw' && platform !== 'any' && artifact.runtime === undefined
}

function binariesOf(offered: readonly Offered[]): Entries {
  return Object.fromEntries(offered.map((each) => [each.platform, distributionOf(each)]))
}

function distributionOf({ artifact, url }: Offered): Entries {
  const { digest, size, format, runtime } = artifact
  return { url, sha256Url: `${url}.sha256`, binary: binaryOf(artifact), digest, size, format, runtime }
}

/** octoctl reads this key, and runs its templates, with its environment in reach, over whatever a publisher wrote in it. */
function binaryOf({ executable }: ReleaseArtifact): string | undefined {
  return executable.includes('{{') ? undefined : executable
}

function hostEntry({ platform, artifact, url }: Offered): Entries[] {
  const [os, arch, libc] = platform.split('_')
  if (arch === undefined || libc !== undefined) return []
  return [{ os, arch, url, sha256Url: `${url}.sha256`, binary: binaryOf(artifact) }]
}

function aboutOf({ repo, plugin, release }: Listing, base: BaseUrl): Entries {
  const { manifest } = release.predicate
  return {
    version: release.version,
    publishedAt: release.publishedAt,
    deprecated: release.deprecated,
    category: manifest.category,
    description: manifest.description,
    license: manifest.license,
    bundle: `${base}/${artifactPath(repo, plugin, release.version, BUNDLE_FILE)}`,
  }
}

function filled(keys: Record<string, object>): Entries {
  return Object.fromEntries(Object.entries(keys).filter(([, value]) => Object.keys(value).length > 0))
}
