// One lockfile entry becomes one verified executable: proof of the release → artifact of this platform → store → check.
import { basename, join } from 'node:path'
import type { RepoConfig } from '../../config/model/config.ts'
import { coded } from '../../schemas/errors.ts'
import type { LockedPlugin } from '../../schemas/lockfile.ts'
import type { ReleasedManifest } from '../../schemas/manifest.ts'
import type { Platform } from '../../schemas/platform.ts'
import { isEmulated, pickPlatform } from '../../schemas/platform.ts'
import { quote } from '../../schemas/quote.ts'
import { pluginName, releaseName } from '../../schemas/release-name.ts'
import type { ReleaseArtifact } from '../../schemas/release-statement.ts'
import type { ClientContext } from '../context.ts'
import { repoOf } from '../lockfile/cover.ts'
import { isComponentRepo } from '../sources/component/component-repo.ts'
import type { ArtifactSource } from '../sources/offer.ts'
import { MAX_UNSIGNED_BYTES } from '../sources/plain/limits.ts'
import { repoAddressOf } from '../sources/repo-address.ts'
import { proveLocked } from '../sources/signed/prove-release.ts'
import type { VerifiedExecutable } from '../verified-executable.ts'
import type { FetchedArtifact } from './fetch-artifact.ts'
import { fetchArtifact } from './fetch-artifact.ts'

export type Installed = FetchedArtifact & {
  readonly executable: VerifiedExecutable
  readonly artifact: ReleaseArtifact
  /** `repo/plugin@version`. */
  readonly name: string
  /** There was something to be said that has to be said on every run. */
  readonly isWarned: boolean
}

export async function installEntry(entry: LockedPlugin, context: ClientContext): Promise<Installed> {
  const name = releaseName(entry)
  const release = await releaseOf(entry, context)
  if (release.warning) context.report.warn?.(release.warning)
  const platform = pickPlatform(context.platform, Object.keys(release.platforms) as Platform[], name, {
    hint: `\`octo info ${entry.plugin}\` shows the platforms of other versions`,
  })
  if (isEmulated(context.platform, platform))
    context.report.warn?.(
      `${quote(name)} has no artifact for \`${context.platform}\`, the one for \`${platform}\` runs emulated`,
    )
  const artifact = release.platforms[platform] as ReleaseArtifact
  const { urlOf, source, mirrorsOf } = release
  const mirrors = mirrorsOf?.(artifact) ?? []
  const wanted = {
    name,
    platform,
    artifact,
    url: urlOf(artifact, platform),
    mirrors,
    lenient: entry.signer === 'unsigned',
  }
  const fetched = await fetchArtifact({ ...wanted, source }, context)
  const root = fetched.layout.tree(fetched.stored.key)
  const isWarned = release.warning !== undefined
  return {
    name,
    isWarned,
    artifact,
    ...fetched,
    executable: executableOf(entry, { ...release, artifact, platform, root }),
  }
}

type Release = {
  readonly manifest: ReleasedManifest
  readonly platforms: Readonly<Record<string, ReleaseArtifact>>
  readonly urlOf: (artifact: ReleaseArtifact, platform: Platform) => URL
  /** Where else it lies. */
  readonly mirrorsOf?: (artifact: ReleaseArtifact) => readonly URL[]
  /** Where its registry has a way of its own to let somebody read. */
  readonly source?: ((artifact: ReleaseArtifact) => Promise<ArtifactSource>) | undefined
  /** Said on every run. */
  readonly warning?: string
}

/** What is known about a locked release: proven, or made up from the lockfile where the config says `trust: unsigned`. */
export async function releaseOf(entry: LockedPlugin, context: ClientContext): Promise<Release> {
  const name = releaseName(entry)
  const repo = repoOf(context.config, entry)
  if (!repo)
    throw coded('REPO_NOT_FOUND', { message: `${quote(name)} is locked from a repo that the config does not have` })
  if (isComponentRepo(repo)) {
    const { provenComponent } = await import('../sources/component/component-plugin.ts')
    return provenComponent(entry, repo, context)
  }
  return repo.trust.kind === 'unsigned' ? unproven(entry, name) : proven(entry, repo, context)
}

async function proven(entry: LockedPlugin, repo: RepoConfig, context: ClientContext): Promise<Release> {
  const { predicate, admission, signer } = await proveLocked(entry, repo, context)
  const at = (url: string, { file }: ReleaseArtifact) => repoAddressOf(url).artifact(entry.plugin, entry.version, file)
  const urlOf = (artifact: ReleaseArtifact) => at(repo.url, artifact)
  const mirrorsOf = (artifact: ReleaseArtifact) => (repo.mirrors ?? []).map((url) => at(url, artifact))
  const warning = `the lockfile alone says that ${quote(releaseName(entry))} was signed before the end of key \`${signer}\`, and the config trusts it`
  const { manifest, platforms } = predicate
  return { manifest, platforms, urlOf, mirrorsOf, ...(admission === 'lockfile' ? { warning } : {}) }
}

/** Only where the config says `trust: unsigned`: the lockfile's digests are all there is. */
function unproven(entry: LockedPlugin, name: string): Release {
  if (entry.signer !== 'unsigned')
    throw coded('BUNDLE_MISSING', { message: `${quote(name)} is locked with a signer, and its repo is unsigned now` })
  const warning = `${quote(name)} comes from a repo with \`trust: unsigned\`: nobody proves who made it`
  const artifacts = Object.entries(entry.platforms).map(([key, { file, digest, size, format, executable }]) => {
    return [key, { file, digest, size, format, executable: executable ?? file }] as const
  })
  const urlOf = (artifact: ReleaseArtifact, platform: Platform) => {
    requirePlainSize(artifact, name)
    return plainAddress(entry.platforms[platform]?.url ?? entry.url, entry)
  }
  return { manifest: plainManifest(name), platforms: Object.fromEntries(artifacts), urlOf, warning }
}

/** Nobody signed this number. */
function requirePlainSize({ file, size }: ReleaseArtifact, name: string): void {
  if (size <= MAX_UNSIGNED_BYTES) return
  throw coded('LIMIT_EXCEEDED', {
    message: `lockfile says that ${quote(file)} of ${quote(name)} has ${size} bytes, expected at most ${MAX_UNSIGNED_BYTES}`,
    details: { name, file, size, maxBytes: MAX_UNSIGNED_BYTES },
  })
}

function plainAddress(text: string, { repo, plugin, url }: LockedPlugin): URL {
  // Of a repo on this machine; which of its files is for the network to say.
  const admitted = url.startsWith('file:') ? /^(?:https?|file):$/ : /^https?:$/
  if (URL.canParse(text) && admitted.test(new URL(text).protocol)) return new URL(text)
  throw coded('FORMAT_INVALID', {
    message: `lockfile has the address ${quote(text)} for ${quote(pluginName({ repo, plugin }))}, expected one that starts with \`https://\``,
    details: { plugin: pluginName({ repo, plugin }), url: text },
    hint: `\`octo update ${plugin}\` asks the repo for it`,
  })
}

function plainManifest(name: string): ReleasedManifest {
  return {
    kind: 'tool',
    description: `${name}, unsigned`,
    protocol: 'exec',
    output: 'exit-code',
    booleans: 'omit',
    input: 'none',
    needs: { network: [], files: [], secrets: [] },
  }
}

type Chosen = {
  readonly manifest: ReleasedManifest
  readonly artifact: ReleaseArtifact
  readonly platform: Platform
  readonly root: string
}

function executableOf(entry: LockedPlugin, { manifest, artifact, platform, root }: Chosen) {
  return {
    repo: entry.repo,
    plugin: entry.plugin,
    version: entry.version,
    platform,
    path: join(root, artifact.executable),
    root,
    ...(artifact.runtime ? { runtime: artifact.runtime } : {}),
    argv0: argv0Of(entry, artifact),
    manifest,
    digest: artifact.digest,
    signer: entry.signer,
  } as VerifiedExecutable
}

/** A raw artifact's file is named for the registry, not for the program; a name with `-` before it makes shells log in. */
function argv0Of({ plugin }: LockedPlugin, { argv0, format, executable }: ReleaseArtifact): string {
  const own = argv0 ?? (format === 'raw' ? plugin : basename(executable))
  return own.startsWith('-') ? plugin : own
}
