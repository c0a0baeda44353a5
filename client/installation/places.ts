// Where everything of an installation is, nothing else:
//
//   <root>/installation.json          who made it, and where newer versions come from
//   <root>/current → versions/1.2.0   a link, which is replaced as a whole
//   <root>/versions/1.2.0/            an unpacked package
//   <root>/state/                     lock, lockfile, store and history of `octo self`
import { join } from 'node:path'

export type Places = ReturnType<typeof placesOf>

/** Begins the name of everything that is not whole yet, or not needed any more. */
export const STAGED = '.staging-'
/** Of a new link, before it takes the place of `current`. */
export const STAGED_LINK = '.current-'

export function placesOf(root: string) {
  const versions = join(root, 'versions')
  const state = join(root, 'state')
  return {
    root,
    record: join(root, 'installation.json'),
    current: join(root, 'current'),
    versions,
    version: (version: string) => join(versions, version),
    state,
    lock: join(state, 'update.lock'),
    lockfile: join(state, 'octo.lock'),
    store: join(state, 'store'),
    history: join(state, 'history.json'),
  }
}

/** The program in a package. */
export function programIn(folder: string): string {
  return join(folder, 'bin', 'octo')
}

/** The package.json of octo itself, which says what keeps it up to date. */
export function markerIn(folder: string): string {
  return join(folder, 'lib', 'octo', 'package.json')
}
