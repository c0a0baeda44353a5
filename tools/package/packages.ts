// What is built of one bundle: a tarball for each platform, a .deb, a package for npm, and the maps that stacks are read with.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { compiledCode, launcherAndBundle, packagesBeside, sourceMaps } from './contents.ts'
import { debianFiles, debianVersion, hasDpkgDeb, writeDeb } from './deb.ts'
import { renderPackageLicences } from './licences.ts'
import { MANAGERS, packageJson, renderMarker, renderNpmPackage } from './marker.ts'
import type { OwnNode } from './own-node.ts'
import { nodeForAnywhere, nodeForDebian } from './own-node.ts'
import type { PackedFile } from './packed-file.ts'
import { below } from './packed-file.ts'
import type { PackedPlatform } from './platforms.ts'
import { dashed, isThisMachine, nodeFolder } from './platforms.ts'
import { installedBytes, requireSmall } from './sizes.ts'
import { writeTarball } from './tarball.ts'

export type Made = {
  readonly name: string
  readonly packed: number
  readonly installed: number
  readonly notes: readonly string[]
}

export type Making = {
  readonly root: string
  readonly out: string
  /** For what is made on the way; removed by the caller. */
  readonly staging: string
  readonly epochSeconds: number
}

/** Where octo lies in a package. */
const HOME = 'lib/octo'

export async function makeTarball(making: Making, platform: PackedPlatform): Promise<Made> {
  const { root, out, epochSeconds } = making
  const node = nodeForAnywhere(placeOf(making, platform))
  const files = [
    ...below(HOME, installedFiles(root, platform, node)),
    { path: `${HOME}/package.json`, text: renderMarker(root, { platform: platform.key, managedBy: null }) },
    ...starter(),
    { path: 'LICENSES.txt', text: renderPackageLicences(root, node.licences) },
  ]
  const name = `octo-${packageJson(root).version}-${dashed(platform)}`
  const { bytes } = await writeTarball(files, { file: join(out, `${name}.tar.gz`), folder: name, epochSeconds })
  const sizes = { packed: bytes, installed: installedBytes(files) }
  requireSmall(`${name}.tar.gz`, { ...sizes, isStripped: node.isStripped })
  return { name: `${name}.tar.gz`, ...sizes, notes: node.notes }
}

/** Undefined where this machine has no dpkg-deb, or Debian no such platform. */
export function makeDeb(making: Making, platform: PackedPlatform): Made | undefined {
  const { root, out, epochSeconds } = making
  if (!platform.debian || !hasDpkgDeb()) return undefined
  const { version, description } = packageJson(root)
  const node = nodeForDebian(placeOf(making, platform))
  const files = [
    ...below(`usr/${HOME}`, installedFiles(root, platform, node)),
    { path: `usr/${HOME}/package.json`, text: renderMarker(root, { platform: platform.key, managedBy: MANAGERS.deb }) },
    ...below('usr', starter()),
    { path: 'usr/share/doc/octo/copyright', text: renderPackageLicences(root, node.licences) },
    ...debianFiles(),
  ]
  const { architecture } = platform.debian
  const name = `octo_${debianVersion(version)}_${architecture}.deb`
  const [file, staging] = [join(out, name), madeFolder(join(making.staging, 'deb'))]
  const packed = writeDeb(files, { file, staging, version, architecture, description, epochSeconds })
  const sizes = { packed, installed: installedBytes(files) }
  requireSmall(name, { ...sizes, isStripped: node.isStripped })
  return { name, ...sizes, notes: node.notes }
}

/** For the Node of whoever installs it: without one, and without what only one Node can use. */
export async function makeNpmPackage({ root, out, epochSeconds }: Making): Promise<Made> {
  const files = [
    ...launcherAndBundle(root),
    { path: 'package.json', text: renderNpmPackage(root, ['better-sqlite3', 'openpgp']) },
    { path: 'README.md', source: join(root, 'README.md') },
    { path: 'LICENSE', source: join(root, 'LICENSE') },
    { path: 'LICENSES.txt', source: join(root, 'dist/LICENSES.txt') },
  ].map((file) => (file.path === 'bin/octo.js' ? { ...file, executable: true } : file))
  const name = `octo-${packageJson(root).version}.tgz`
  const { bytes } = await writeTarball(files, { file: join(out, name), folder: 'package', epochSeconds })
  return { name, packed: bytes, installed: installedBytes(files), notes: [] }
}

/** Kept with a release and in no package: they are larger than the bundles. */
export async function makeMaps({ root, out, epochSeconds }: Making): Promise<Made> {
  const name = `octo-${packageJson(root).version}-maps`
  const files = sourceMaps(root)
  const { bytes } = await writeTarball(files, { file: join(out, `${name}.tar.gz`), folder: name, epochSeconds })
  return { name: `${name}.tar.gz`, packed: bytes, installed: installedBytes(files), notes: [] }
}

function installedFiles(root: string, platform: PackedPlatform, { files }: OwnNode): PackedFile[] {
  return [
    ...launcherAndBundle(root),
    ...(isThisMachine(platform) ? compiledCode(root) : []),
    ...packagesBeside(root, `${platform.os}-${platform.cpu}`),
    ...files,
  ]
}

/** `octoctl` is a link that people make. */
function starter(): PackedFile[] {
  return [{ path: 'bin/octo', source: join(import.meta.dirname, 'launcher.sh'), executable: true }]
}

function placeOf({ root, staging }: Making, platform: PackedPlatform) {
  const folder = nodeFolder(root, platform)
  if (folder === undefined) throw new Error(`the Node of ${platform.key} is not here`)
  return { folder, platform, staging: madeFolder(join(staging, platform.key)) }
}

function madeFolder(path: string): string {
  mkdirSync(path, { recursive: true })
  return path
}
