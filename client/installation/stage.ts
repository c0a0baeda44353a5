// A package on its way into an installation: written beside its place under a name that is nobody's, on disk as a whole, and only then
// renamed to what it is. Whatever breaks off leaves `.staging-…`, which the next step takes away.
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join, sep } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import type { PackageMarker } from '../../schemas/installation.ts'
import { matchOrder, parsePlatformInput } from '../../schemas/platform.ts'
import { quote } from '../../schemas/quote.ts'
import { isVersion } from '../../schemas/version.ts'
import { onDisk } from '../../system/files/errors.ts'
import { syncFolders } from '../../system/files/sync.ts'
import type { Client } from '../api.ts'
import { hostPlatform } from '../host-platform.ts'
import type { VerifiedExecutable } from '../verified-executable.ts'
import { requireMarker } from './own-package.ts'
import type { Places } from './places.ts'
import { STAGED, STAGED_LINK } from './places.ts'
import { runningIn } from './used-versions.ts'

const FOLDER_MODE = 0o755
const FULL = {
  whenFull:
    'a package needs some hundred megabytes beside the one that runs; make room, and run the same command again',
}

type Staged = {
  /** The package, whole and on disk. */
  readonly folder: string
  readonly marker: PackageMarker
  /** What is taken away when it is placed, or not needed. */
  readonly outer: string
}

/** Throws INSTALLATION_INVALID for a plugin that is no package of octo of its version, NO_SPACE or IO_FAILED. */
export async function stage(places: Places, client: Client, executable: VerifiedExecutable): Promise<Staged> {
  const outer = join(places.versions, `${STAGED}${executable.version}-${randomBytes(6).toString('hex')}`)
  try {
    onDisk(outer, () => mkdirSync(outer, { mode: FOLDER_MODE }), FULL)
    await client.placeWhole(executable, outer)
    const folder = join(outer, packageIn(executable))
    for (const each of foldersBelow(outer)) onDisk(each, () => chmodSync(each, FOLDER_MODE))
    syncFolders(foldersBelow(outer), FULL)
    const marker = requireMarker(folder)
    requireFitting(marker, executable)
    return { folder, marker, outer }
  } catch (error) {
    rmSync(outer, { recursive: true, force: true })
    throw error
  }
}

/** Path of the package in its archive: none, or the one folder that all of it lies in. */
function packageIn({ root, path, plugin, version }: VerifiedExecutable): string {
  const inside = path.slice(root.length + 1)
  const [, outermost] = /^((?:[^/]+\/)?)bin\/octo$/.exec(inside) ?? []
  if (outermost !== undefined) return outermost
  throw noPackage(`${plugin} ${version}`, `starts ${quote(inside)}, expected \`bin/octo\``)
}

function requireFitting({ version, platform, managedBy }: PackageMarker, executable: VerifiedExecutable): void {
  const name = `${executable.plugin} ${executable.version}`
  if (version !== executable.version) throw noPackage(name, `holds octo ${quote(version)}`)
  if (managedBy) throw noPackage(name, `is a package for ${quote(managedBy.name)}, which would not know of it`)
  if (!matchOrder(hostPlatform()).includes(parsePlatformInput(platform)))
    throw noPackage(name, `is for ${quote(platform)}, and this machine is \`${hostPlatform()}\``)
}

function noPackage(name: string, problem: string): Error {
  return coded('INSTALLATION_INVALID', {
    message: `release ${quote(name)} is proven and is no package that can be installed here: it ${problem}`,
    details: { release: name, problem },
  })
}

/** It has its name now. What lay under that name before is taken away, unless it runs. */
export function place(places: Places, { folder, outer, marker }: Staged): void {
  const target = places.version(marker.version)
  onDisk(target, () => setAside(places, marker.version))
  onDisk(target, () => renameSync(folder, target))
  rmSync(outer, { recursive: true, force: true })
  syncFolders([places.versions])
}

function setAside(places: Places, version: string): void {
  const target = places.version(version)
  if (!readdirSync(places.versions).includes(version)) return
  renameSync(target, join(places.versions, `${STAGED}${version}-old-${randomBytes(6).toString('hex')}`))
}

/** What killed steps have left, and versions that nobody needs; gives the versions. Under the lock only. */
export function tidy(places: Places, keep: readonly (string | undefined)[]): readonly string[] {
  const running = runningIn(places)
  const used = new Set(running?.map(({ version }) => version))
  const names = readdirSync(places.versions)
  const removed = names.filter(
    (name) => isVersion(name) && running !== undefined && !keep.includes(name) && !used.has(name),
  )
  // By another name first, so that nothing under a version's name is ever half there.
  for (const version of removed) setAside(places, version)
  for (const name of readdirSync(places.versions))
    if (name.startsWith(STAGED) && !used.has(name))
      rmSync(join(places.versions, name), { recursive: true, force: true })
  for (const name of readdirSync(places.root))
    if (name.startsWith(STAGED_LINK)) rmSync(join(places.root, name), { force: true })
  return removed
}

function foldersBelow(folder: string): readonly string[] {
  const inner = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return [folder, ...inner.flatMap(({ name }) => foldersBelow(`${folder}${sep}${name}`))]
}
