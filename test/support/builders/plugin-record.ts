// Builds plugin records that are valid by default; a test breaks or changes one thing.
import type { Digest } from '../../../schemas/digest.ts'
import { digestOf } from '../../../schemas/digest.ts'
import type { ReleasedManifest } from '../../../schemas/manifest.ts'
import type { Name } from '../../../schemas/name.ts'
import type { Platform } from '../../../schemas/platform.ts'
import type { ReleaseArtifact } from '../../../schemas/release-statement.ts'
import type { Version } from '../../../schemas/version.ts'
import type { PluginRecord, ReleaseRecord } from '../../../static-tree/record.ts'

type ReleaseWish = {
  readonly repo?: string
  readonly plugin?: string
  readonly version?: string
  readonly state?: ReleaseRecord['state']
  readonly reason?: string
  readonly deprecated?: string
  readonly platforms?: readonly string[]
  readonly manifest?: Partial<ReleasedManifest>
  readonly artifact?: Partial<ReleaseArtifact>
  /** Bytes of each artifact; their digest and size stand in the record. */
  readonly content?: (file: string) => string
  readonly bundle?: string
}

export const contentOf = (file: string): string => `#!/bin/sh\n# ${file}\necho "$@"\nexit \${OP_EXIT:-0}\n`
export const bundleOf = (plugin: string, version: string): string => `{"bundle":"${plugin} ${version}"}\n`

export function aRelease(wish: ReleaseWish = {}): ReleaseRecord {
  const { repo = 'core', plugin = 'check-tcp', version = '1.0.0', state = 'active' } = wish
  const bundle = wish.bundle ?? bundleOf(plugin, version)
  const platforms = wish.platforms ?? ['linux_amd64', 'darwin_arm64']
  return {
    version: version as Version,
    publishedAt: '2026-01-02T03:04:05.000Z',
    state,
    ...(wish.reason === undefined ? {} : { reason: wish.reason }),
    ...(wish.deprecated === undefined ? {} : { deprecated: wish.deprecated }),
    bundle: { digest: digestOf(bundle), size: Buffer.byteLength(bundle) },
    predicate: {
      repo: repo as Name,
      plugin: plugin as Name,
      version: version as Version,
      manifest: aManifest(wish.manifest),
      platforms: Object.fromEntries(
        platforms.map((platform) => [platform, anArtifact(`${plugin}_${version}_${platform}`, wish)]),
      ) as Record<Platform, ReleaseArtifact>,
    },
  }
}

export function aPlugin(plugin = 'check-tcp', releases: readonly ReleaseWish[] = [{}], serial = 1): PluginRecord {
  return {
    repo: 'core' as Name,
    plugin: plugin as Name,
    serial,
    releases: releases.map((wish) => aRelease({ plugin, ...wish })),
  }
}

function anArtifact(file: string, wish: ReleaseWish): ReleaseArtifact {
  const bytes = (wish.content ?? contentOf)(file)
  const digest: Digest = digestOf(bytes)
  return { file, digest, size: Buffer.byteLength(bytes), format: 'raw', executable: file, ...wish.artifact }
}

function aManifest(wish: Partial<ReleasedManifest> = {}): ReleasedManifest {
  return {
    kind: 'tool',
    category: 'health',
    description: 'Checks that a TCP port answers',
    license: 'Apache-2.0',
    protocol: 'exec',
    output: 'exit-code',
    booleans: 'omit',
    input: 'none',
    needs: { network: [], files: [], secrets: [] },
    ...wish,
  }
}
