// Small packages of octo whose program is a script, a repo that offers them, and an installation that one of them runs from. For what
// switches versions they are as good as the real one, and a thousandth of its size.
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { hostPlatform } from '../../../client/index.ts'
import type { UpdateRequest } from '../../../client/installation/update.ts'
import { rollBack, updateItself } from '../../../client/installation/update.ts'
import type { LayoutVersions } from '../../../schemas/layout-versions.ts'
import { LAYOUT_VERSIONS } from '../../../schemas/layout-versions.ts'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import type { Version } from '../../../schemas/version.ts'
import type { TarPart } from '../builders/archive-builder.ts'
import { tarballOf } from '../builders/archive-builder.ts'
import type { SigningKey } from '../builders/test-authority.ts'
import { aRelease, issueKey } from '../builders/test-authority.ts'
import { tempFolder } from '../machine/temp-folder.ts'
import { startStaticRegistry } from '../registry/static-registry.ts'

export type PackageWish = {
  readonly version?: string
  /** What its marker says in place of the version that it is. */
  readonly marker?: Readonly<Record<string, unknown>>
  readonly layouts?: Partial<LayoutVersions>
  /** The whole program, in place of one that answers as octo does. */
  readonly program?: string
  /** Folder in the archive that all of it lies in. */
  readonly below?: string
}

/** The parts of an archive; also what is unpacked of it. */
function packageParts({ version = '1.0.0', marker, layouts, program, below = '' }: PackageWish = {}): TarPart[] {
  const written = {
    ...{ v: 1, version, platform: hostPlatform(), managedBy: null },
    layouts: { ...LAYOUT_VERSIONS, ...layouts },
    ...marker,
  }
  return [
    { path: `${below}bin/octo`, content: program ?? programOf(version), mode: 0o755 },
    { path: `${below}lib/octo/package.json`, content: JSON.stringify(written) },
    { path: `${below}lib/octo/words.txt`, content: `words of ${version}\n` },
  ]
}

function programOf(version: string): string {
  return `#!/bin/sh
case "$1" in
  --version) echo 'octo ${version}' ;;
  self) echo '{"version":"${version}"}' ;;
  wait) echo ready; read -r line ;;
  *) exit 64 ;;
esac
`
}

export function anOctoRelease(key: SigningKey, wish: PackageWish = {}, plugin = 'octo') {
  const { version = '1.0.0', below = '' } = wish
  const bytes = tarballOf(packageParts(wish))
  const file = `${plugin}_${version}_${hostPlatform()}.tar.gz`
  const offer = { bytes, file, format: 'tar.gz' as const, executable: `${below}bin/octo` }
  return aRelease(key, { plugin, version, platforms: { [hostPlatform()]: offer } })
}

/** Writes the package into the folder. */
export function unpackInto(folder: string, wish: PackageWish = {}): string {
  for (const { path, content = '', mode = 0o644 } of packageParts(wish)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true, mode: 0o755 })
    writeFileSync(join(folder, path), content, { mode })
  }
  return folder
}

export type InstallationScene = Awaited<ReturnType<typeof anInstallation>>

/** Runs `installed`; the repo offers that and `offered`. */
export async function anInstallation(
  t: TestContext,
  {
    installed = {},
    offered = [],
    folder = tempFolder(t),
  }: {
    readonly installed?: PackageWish
    readonly offered?: readonly PackageWish[]
    /** Where the installation lies. */
    readonly folder?: string
  } = {},
) {
  const key = issueKey()
  const releases = await Promise.all([installed, ...offered].map((wish) => anOctoRelease(key, wish)))
  const registry = await startStaticRegistry(t, releases)
  const root = join(folder, 'octo')
  const version = installed.version ?? '1.0.0'
  mkdirSync(join(root, 'versions'), { recursive: true, mode: 0o755 })
  unpackInto(join(root, 'versions', version), installed)
  symlinkSync(`versions/${version}`, join(root, 'current'))
  const record = {
    v: 1,
    by: 'test',
    repo: { url: registry.url(), keys: [publicKeyLine(key.trustKey)] },
    plugin: 'octo',
  }
  writeFileSync(join(root, 'installation.json'), JSON.stringify(record), { mode: 0o644 })
  const scene = {
    ...{ key, registry, root, record },
    update: (changes: Partial<UpdateRequest> = {}) => updateItself({ root, ...changes }),
    rollBack: (changes: Partial<UpdateRequest> = {}) => rollBack({ root, ...changes }),
    publish: async (wish: PackageWish) => registry.publish(await anOctoRelease(key, wish)),
    current: () => currentIn(root),
    /** The same folder as it is on disk just now, elsewhere: as a kill at this moment would leave it. */
    snapshot(name: string): string {
      const copy = join(dirname(root), name)
      cpSync(root, copy, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
      return copy
    },
  }
  return scene
}

export function currentIn(root: string): string {
  const target = readlinkSync(join(root, 'current'))
  assert.ok(target.startsWith('versions/'), target)
  return target.slice('versions/'.length)
}

export const version = (text: string) => text as Version
