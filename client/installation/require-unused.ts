// An installation begins only where nothing of others lies under the names that are its own: other programs keep their versions in a
// folder `versions` as well (pyenv, rbenv, nodenv), and what octo takes for its own old versions it takes away.
import { lstatSync, readdirSync } from 'node:fs'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { onDisk } from '../../system/files/errors.ts'
import type { Places } from './places.ts'
import { markerIn, STAGED } from './places.ts'

/** Throws INSTALLATION_UNSAFE. One that was begun and killed is gone on with. */
export function requireUnused(places: Places): void {
  if (isThere(places.record) || !isThere(places.versions)) return
  const names = onDisk(places.versions, () => readdirSync(places.versions))
  const foreign = names.find((name) => !name.startsWith(STAGED) && !isThere(markerIn(places.version(name))))
  if (foreign === undefined) return
  throw coded('INSTALLATION_UNSAFE', {
    message: `${quote(places.versions)} holds ${quote(foreign)}, which octo did not put there, expected a folder of octo alone`,
    details: { path: places.versions, name: foreign },
    hint: 'name a folder that is not there yet: `sh install.sh BASE --root FOLDER`',
  })
}

function isThere(path: string): boolean {
  return onDisk(path, () => lstatSync(path, { throwIfNoEntry: false })) !== undefined
}
