// A release as a component version of OCM: a resource for each platform, and the publisher's signed statement. Made of nothing but
// what is sealed, so that neither a state nor a later octo changes its digest: whoever changes this file makes every pinned
// digest unknown, and a test with frozen digests fails.
import type { Digest } from '../../schemas/digest.ts'
import type { ReleasedManifest } from '../../schemas/manifest.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import type { Platform } from '../../schemas/platform.ts'
import { ANY } from '../../schemas/platform.ts'
import type { ReleaseArtifact, ReleasePredicate } from '../../schemas/release-statement.ts'
import { BUNDLE_MEDIA_TYPE } from '../../schemas/release-statement.ts'
import { pluginComponent, segmentOf } from '../component-name.ts'
import type { RenderedComponent, Resource } from './component-version.ts'
import { renderComponentVersion } from './component-version.ts'

type SealedRelease = {
  readonly predicate: ReleasePredicate
  readonly bundleDigest: Digest
  readonly bundleSize: number
}

type Identity = Readonly<Record<string, string>>

/** No plugin is called that, as names of ours hold no `_`. */
const STATEMENT = 'octo_release'
const PLUGIN_TYPE = 'ocmPlugin'
/** Where a program for every platform is offered to `ocm`, which asks for one of these: it starts by its first line. */
const UNIX: readonly Identity[] = ['linux', 'darwin'].flatMap((os) =>
  ['amd64', 'arm64'].map((architecture) => ({ os, architecture })),
)

export function renderRelease(domain: string, release: SealedRelease): RenderedComponent {
  const { predicate, bundleDigest, bundleSize } = release
  const { repo, plugin, version, manifest } = predicate
  const statement = { type: 'sigstoreBundle', mediaType: BUNDLE_MEDIA_TYPE, digest: bundleDigest, size: bundleSize }
  return renderComponentVersion({
    name: pluginComponent(domain, repo, plugin),
    version,
    provider: domain,
    resources: [...resourcesOf(predicate), { name: STATEMENT, ...statement }],
    references: [],
    about: aboutOf(manifest),
  })
}

/** What `ocm download plugin` can fetch and run, as `os/architecture`; nothing for a plugin of another protocol. */
export function platformsForOcm(release: Pick<ReleasePredicate, 'plugin' | 'platforms'> & Protocol): string[] {
  const offered = resourcesOf(release).filter(({ type }) => type === PLUGIN_TYPE)
  return [...new Set(offered.map(({ extraIdentity }) => `${extraIdentity?.os}/${extraIdentity?.architecture}`))].sort()
}

type Protocol = { readonly manifest: Pick<ReleasedManifest, 'protocol'> }

/** By platform key, `any` last: what is built for a platform stands before what runs everywhere. */
function resourcesOf({ plugin, manifest, platforms }: Pick<ReleasePredicate, 'plugin' | 'platforms'> & Protocol) {
  const taken = new Set<string>()
  const entries = Object.entries(platforms) as [Platform, ReleaseArtifact][]
  return entries.sort(byPlatform).flatMap(([platform, artifact]): Resource[] => {
    const { digest, size } = artifact
    const kind = kindOf(artifact, manifest)
    const free = identitiesOf(platform, kind.type).filter((identity) => !taken.has(keyOf(identity)))
    for (const identity of free) taken.add(keyOf(identity))
    return free.map((extraIdentity) => ({
      name: segmentOf(plugin),
      ...kind,
      digest,
      size,
      ...(extraIdentity ? { extraIdentity } : {}),
    }))
  })
}

/** `ocm` starts the very file that it downloads, so an archive is no plugin to it. */
function kindOf({ format }: ReleaseArtifact, { protocol }: Protocol['manifest']): Pick<Resource, 'type' | 'mediaType'> {
  if (format !== 'raw') return { type: 'directoryTree', mediaType: 'application/gzip' }
  return { type: protocol === 'ocm' ? PLUGIN_TYPE : 'executable', mediaType: 'application/octet-stream' }
}

function byPlatform([left]: readonly [Platform, unknown], [right]: readonly [Platform, unknown]): number {
  if (left === ANY || right === ANY) return Number(left === ANY) - Number(right === ANY)
  return left < right ? -1 : 1
}

function identitiesOf(platform: Platform, type: string): readonly (Identity | undefined)[] {
  if (platform !== ANY) return [identityOf(platform)]
  return type === PLUGIN_TYPE ? UNIX : [undefined]
}

function identityOf(platform: Platform): Identity {
  const [os = '', architecture = '', libc] = platform.split('_')
  return { os, architecture, ...omitUndefined({ libc }) }
}

function keyOf({ os, architecture, libc = '' }: Identity = {}): string {
  return `${os}/${architecture}/${libc}`
}

function aboutOf({ description, license, homepage, source }: ReleasedManifest): Identity {
  return {
    'org.opencontainers.image.description': description,
    ...omitUndefined({
      'org.opencontainers.image.licenses': license,
      'org.opencontainers.image.url': homepage,
      'org.opencontainers.image.source': source,
    }),
  }
}
