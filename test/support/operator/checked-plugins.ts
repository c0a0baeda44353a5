// Plugins whose only work is to pass, published to a registry, and a service whose check runs them all: one `octo check`
// installs and executes every one of them.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { tarballOf } from '../builders/archive-builder.ts'
import type { SignedRelease, SigningKey } from '../builders/test-authority.ts'
import { aRelease } from '../builders/test-authority.ts'
import type { ApiTarget } from '../publisher/publish-release.ts'
import { publishRelease } from '../publisher/publish-release.ts'

export type CheckedPlugins = {
  readonly releases: readonly SignedRelease[]
  /** For the config of a consumer. */
  readonly services: Readonly<Record<string, unknown>>
  /** URL paths of the artifacts for this machine. */
  readonly paths: readonly string[]
  readonly bytes: number
}

const PLATFORMS = ['linux_amd64', 'linux_arm64', 'darwin_arm64', 'darwin_amd64']

/** Every second one is an archive, the others are a script. */
export async function publishCheckedPlugins(
  target: ApiTarget,
  key: SigningKey,
  { count, size }: { readonly count: number; readonly size: number },
): Promise<CheckedPlugins> {
  const names = Array.from({ length: count }, (_, index) => `passes-${index}`)
  const releases = await Promise.all(names.map((plugin, index) => aPassingRelease(key, plugin, index % 2 === 1, size)))
  for (const release of releases) {
    const { status, body } = await publishRelease(target, release)
    assert.equal(status, 201, JSON.stringify(body))
  }
  const preflight = names.map((tool) => ({ tool, args: {} }))
  return {
    releases,
    services: { everything: { preflight } },
    paths: releases.flatMap(({ predicate, files }) =>
      [...files.keys()].map((file) => `/repos/core/${predicate.plugin}/${predicate.version}/${file}`),
    ),
    bytes: releases.flatMap(({ files }) => [...files.values()]).reduce((sum, { length }) => sum + length, 0),
  }
}

/** The same bytes for every Unix, under one name. Random, so that nothing makes them smaller. */
function aPassingRelease(key: SigningKey, plugin: string, isArchive: boolean, size: number): Promise<SignedRelease> {
  const script = Buffer.concat([Buffer.from('#!/bin/sh\nexit 0\n'), randomBytes(size)])
  const offer = isArchive
    ? {
        bytes: tarballOf([
          { path: 'bin/passes', content: script, mode: 0o755 },
          { path: 'share/notes', content: 'notes\n' },
        ]),
        format: 'tar.gz' as const,
        executable: 'bin/passes',
        file: `${plugin}.tar.gz`,
      }
    : { bytes: script }
  return aRelease(key, { plugin, platforms: { [hostPlatformOf(PLATFORMS)]: offer } })
}

function hostPlatformOf(platforms: readonly string[]): string {
  const [os, cpu] = [process.platform, process.arch === 'x64' ? 'amd64' : process.arch]
  return platforms.find((platform) => platform === `${os}_${cpu}`) ?? 'linux_amd64'
}
