// Unpacked packages of one version of octo as a plugin project: `octo publish` packs, signs and uploads them as it does any plugin.
import { cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { PackageMarker } from '../../schemas/installation.ts'
import { parsePackageMarker } from '../../schemas/installation.ts'
import type { Platform } from '../../schemas/platform.ts'
import { parsePlatformInput } from '../../schemas/platform.ts'

type ReleaseProject = { readonly version: string; readonly platforms: readonly Platform[] }

const DESCRIPTION = 'the registry, publisher, client and operator of plugins for OctoCompose'

/**
 * Copies each package beside a plugin.yaml, as the one folder that its tarball has: what is packed of it are the same bytes. The folder
 * may not be there yet. Throws for packages of several versions, two of one platform, or one that a package manager keeps up to date.
 */
export function writeProject(out: string, packages: readonly string[]): ReleaseProject {
  const found = packages.map((folder) => ({ folder: resolve(folder), marker: markerOf(folder) }))
  const versions = new Set(found.map(({ marker }) => marker.version))
  const [version] = versions
  if (version === undefined || versions.size > 1)
    throw new Error(`expected packages of one version, found ${[...versions].join(', ') || 'none'}`)
  mkdirSync(out)
  const entries = found.map(({ folder, marker }) => {
    const platform = parsePlatformInput(marker.platform)
    const name = `octo-${version}-${platform.replaceAll('_', '-')}`
    if (lstatSync(join(out, name), { throwIfNoEntry: false })) throw new Error(`two packages are for ${platform}`)
    cpSync(folder, join(out, name), { recursive: true, verbatimSymlinks: true })
    return { platform, name }
  })
  writeFileSync(join(out, 'plugin.yaml'), renderManifest(out, version, entries))
  return { version, platforms: entries.map(({ platform }) => platform) }
}

function markerOf(folder: string): PackageMarker {
  const path = join(folder, 'lib/octo/package.json')
  const marker = parsePackageMarker(readFileSync(path, 'utf8'), path)
  if (marker.managedBy)
    throw new Error(`${folder} is a package for ${marker.managedBy.name}, expected one that octo updates`)
  return marker
}

type Entry = { readonly platform: Platform; readonly name: string }

/** JSON is YAML, and has one way to be written. */
function renderManifest(out: string, version: string, entries: readonly Entry[]): string {
  const platforms = entries.map(({ platform, name }) => [platform, { files: [name], executable: `${name}/bin/octo` }])
  // Programs hold the words by which secrets are found, octo's own among them.
  const allowSecrets = entries.flatMap(({ name }) => largeFilesBelow(out, name))
  const manifest = {
    name: 'octo',
    version,
    kind: 'tool',
    description: DESCRIPTION,
    license: 'Apache-2.0',
    protocol: 'exec',
    ...(allowSecrets.length > 0 ? { allowSecrets } : {}),
    platforms: Object.fromEntries(platforms),
  }
  return `${JSON.stringify(manifest, null, 2)}\n`
}

const LARGE_BYTES = 256 * 1024

function largeFilesBelow(out: string, folder: string): string[] {
  return readdirSync(join(out, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return largeFilesBelow(out, path)
    return statSync(join(out, path)).size > LARGE_BYTES ? [path] : []
  })
}
