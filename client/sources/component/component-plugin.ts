// A plugin of a registry of OCM for the lockfile, and as the release that is installed.
import { coded } from '../../../schemas/errors.ts'
import type { LockedPlugin } from '../../../schemas/lockfile.ts'
import type { ReleasedManifest } from '../../../schemas/manifest.ts'
import type { Name } from '../../../schemas/name.ts'
import type { Platform } from '../../../schemas/platform.ts'
import { quote } from '../../../schemas/quote.ts'
import { releaseName } from '../../../schemas/release-name.ts'
import type { ReleaseArtifact } from '../../../schemas/release-statement.ts'
import type { PluginFile } from '../../../trust/component/plugin-files.ts'
import type { ClientContext } from '../../context.ts'
import type { ArtifactSource, Choice } from '../offer.ts'
import type { ComponentRepo } from './component-repo.ts'
import { addressOf } from './component-repo.ts'
import { refuseOlder } from './plugin-list.ts'
import { proveLockedPlugin, provePlugin } from './prove-plugin.ts'

type Locking = {
  readonly repo: ComponentRepo
  /** What is kept where it still answers. */
  readonly locked: LockedPlugin | undefined
  readonly before: LockedPlugin | undefined
}

export async function lockComponent(
  { document, version, question }: Choice,
  { repo, locked, before }: Locking,
  context: ClientContext,
): Promise<LockedPlugin> {
  const { plugin } = document
  const found = await provePlugin({ repo, plugin, version: version.version }, context)
  const { listed, list, proof, files, descriptor } = found
  if (before?.url === repo.url)
    refuseOlder(repo, { seen: before.component?.list.version, found: list.version }, context)
  const entry: LockedPlugin = {
    repo: repo.name,
    url: repo.url,
    registryRepo: repo.name,
    plugin,
    version: version.version,
    ranges: [...question.ranges],
    serial: 0,
    signer: proof.signer,
    bundle: descriptor,
    component: {
      name: listed.component,
      version: listed.text,
      list: { version: list.version, digest: list.blob.digest, size: list.blob.bytes.length },
    },
    platforms: Object.fromEntries(
      files.map(({ platform, digest, size }) => [
        platform,
        { file: fileOf(plugin, platform), digest, size, format: 'raw' as const },
      ]),
    ),
  }
  if (locked) requireUnchanged(locked, entry)
  return entry
}

/** A registry of OCM lets whoever may write publish a version again; here a version is the same bytes for ever. */
function requireUnchanged(locked: LockedPlugin, found: LockedPlugin): void {
  if (locked.repo !== found.repo || locked.version !== found.version || !locked.component) return
  const platforms = Object.entries(locked.platforms)
  if (platforms.every(([key, { digest }]) => found.platforms[key as Platform]?.digest === digest)) return
  const name = releaseName(locked)
  throw coded('DOCUMENT_MISMATCH', {
    message: `${quote(name)} is not the component version that was locked: it has other files under the same version`,
    details: { plugin: locked.plugin, version: locked.version },
    hint: `ask the registry’s owner what happened; \`octo update ${locked.plugin}\` locks what it has now`,
  })
}

/** For `installEntry`: what the locked release is, and from where its bytes come. Throws what proving throws. */
export async function provenComponent(entry: LockedPlugin, repo: ComponentRepo, context: ClientContext) {
  const { listed, proof, files } = await proveLockedPlugin(entry, repo, context)
  const address = { ...addressOf(repo), component: listed.component }
  const name = releaseName(entry)
  const platforms = Object.fromEntries(files.map((file) => [file.platform, artifactOf(file, entry.plugin)]))
  const warning = `the lockfile alone says that ${quote(name)} was signed before the end of key \`${proof.signer}\`, and the config trusts it`
  return {
    platforms,
    manifest: manifestOf(listed.description),
    urlOf: ({ digest }: ReleaseArtifact) =>
      new URL(`https://${address.host}/v2/${address.folder}/${address.component}/blobs/${digest}`),
    /** A connection that knows how this registry lets somebody read. */
    source: async ({ digest }: ReleaseArtifact): Promise<ArtifactSource> => {
      const repository = await context.network.component(address)
      return { http: await repository.open(), url: repository.blobAddress(digest) }
    },
    ...(proof.admission === 'lockfile' ? { warning } : {}),
  }
}

function artifactOf({ platform, digest, size }: PluginFile, plugin: Name): ReleaseArtifact {
  const file = fileOf(plugin, platform)
  return { file, digest, size, format: 'raw', executable: file }
}

function fileOf(plugin: Name, platform: Platform): string {
  return `${plugin}${platform.startsWith('windows_') ? '.exe' : ''}`
}

/** All that OCM says of how a plugin is run: it speaks its protocol. */
function manifestOf(description: string): ReleasedManifest {
  return {
    kind: 'service',
    category: 'ocm',
    description,
    protocol: 'ocm',
    output: 'exit-code',
    booleans: 'omit',
    input: 'none',
    needs: { network: [], files: [], secrets: [] },
  }
}
