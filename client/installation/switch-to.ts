// The one moment at which another octo becomes the one that is started: a new link is renamed over `current`. Before it everything is as it
// was, behind it everything is as it will be, and both survive a power cut.
import { randomBytes } from 'node:crypto'
import { renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Version } from '../../schemas/version.ts'
import { onDisk } from '../../system/files/errors.ts'
import { syncFolders } from '../../system/files/sync.ts'
import { noteStep } from './history.ts'
import type { Places } from './places.ts'
import { STAGED_LINK } from './places.ts'

type Step = { readonly to: Version; readonly from: Version | undefined; readonly onNoted?: () => void }

/** Throws NO_SPACE or IO_FAILED; then `current` is as it was. */
export async function switchTo(places: Places, { to, from, onNoted }: Step): Promise<void> {
  await noteStep(places, to, from)
  onNoted?.()
  const link = join(places.root, `${STAGED_LINK}${randomBytes(6).toString('hex')}`)
  try {
    onDisk(link, () => symlinkSync(`versions/${to}`, link))
    onDisk(places.current, () => renameSync(link, places.current))
  } catch (error) {
    rmSync(link, { force: true })
    throw error
  }
  syncFolders([places.root])
}
