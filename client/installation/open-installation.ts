// The installation that a package belongs to. Everything in its folder is taken for what somebody else may have put there: its names,
// its links and its files have exactly the form that octo gives them, or it is none.
import { lstatSync, readlinkSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { coded, isCoded } from '../../schemas/errors.ts'
import type { InstallationRecord } from '../../schemas/installation.ts'
import { parseInstallation } from '../../schemas/installation.ts'
import { quote } from '../../schemas/quote.ts'
import type { Version } from '../../schemas/version.ts'
import { isVersion } from '../../schemas/version.ts'
import { onDisk } from '../../system/files/errors.ts'
import type { Places } from './places.ts'
import { placesOf } from './places.ts'
import { readBounded } from './read-bounded.ts'

export type Installation = {
  readonly places: Places
  readonly record: InstallationRecord
  /** What `current` leads to. */
  readonly current: Version
}

/** The folder of the installation that this package lies in; undefined where it lies in none. */
export function rootOfPackage(folder: string): string | undefined {
  const versions = dirname(folder)
  const root = dirname(versions)
  if (basename(versions) !== 'versions' || !isVersion(basename(folder))) return undefined
  return lstatSync(placesOf(root).record, { throwIfNoEntry: false }) ? root : undefined
}

/** Throws INSTALLATION_INVALID, and what a wrong record throws. */
export function openInstallation(root: string): Installation {
  const places = placesOf(root)
  const text = readBounded(places.record)
  if (text === undefined) throw invalid(places.record, 'is missing')
  const record = parseInstallation(text, places.record)
  const current = currentOf(places)
  if (current === undefined) throw invalid(places.current, 'is missing')
  return { places, record, current }
}

/** Undefined where nothing is installed yet. Throws INSTALLATION_INVALID for anything but a link to a version that is there. */
function currentOf(places: Places): Version | undefined {
  const found = onDisk(places.current, () => lstatSync(places.current, { throwIfNoEntry: false }))
  if (!found) return undefined
  if (!found.isSymbolicLink()) throw invalid(places.current, 'is no link', `move it away, and ${HOW_TO_MEND}`)
  const target = onDisk(places.current, () => readlinkSync(places.current))
  const [, name] = /^versions\/([^/]+)$/.exec(target) ?? []
  if (!isVersion(name))
    throw invalid(places.current, `leads to ${quote(target)}, expected a version such as \`versions/1.2.3\``)
  if (!isFolder(places.version(name))) throw invalid(places.version(name), 'is no folder')
  return name
}

/** The same for whoever makes it again: a link that leads to no version is replaced as any other. */
export function currentIfWhole(places: Places): Version | undefined {
  try {
    return currentOf(places)
  } catch (error) {
    if (isCoded(error, 'INSTALLATION_INVALID') && lstatSync(places.current).isSymbolicLink()) return undefined
    throw error
  }
}

/** Itself, and not by a link. */
export function isFolder(path: string): boolean {
  return onDisk(path, () => lstatSync(path, { throwIfNoEntry: false }))?.isDirectory() === true
}

const HOW_TO_MEND = 'whoever made this installation can make it again: `sh install.sh BASE`'

function invalid(path: string, problem: string, hint: string = HOW_TO_MEND): Error {
  return coded('INSTALLATION_INVALID', {
    message: `${quote(path)} of this installation ${problem}`,
    details: { path },
    hint,
  })
}
