// The one moment at which another octo becomes the one that is started: a new link is renamed over `current`. Before it everything is as it
// was, behind it everything is as it will be, and both survive a power cut.
import type { Version } from '../../schemas/version.ts'
import { onDisk } from '../../system/files/errors.ts'
import { replaceLink } from '../../system/files/replace-link.ts'
import { syncFolders } from '../../system/files/sync.ts'
import { noteStep } from './history.ts'
import type { Places } from './places.ts'
import { STAGED_LINK } from './places.ts'

type Step = { readonly to: Version; readonly from: Version | undefined; readonly onNoted?: () => void }

/** Throws NO_SPACE or IO_FAILED; then `current` is as it was. */
export async function switchTo(places: Places, { to, from, onNoted }: Step): Promise<void> {
  await noteStep(places, to, from)
  onNoted?.()
  onDisk(places.current, () => replaceLink(places.current, `versions/${to}`, { name: STAGED_LINK }))
  syncFolders([places.root])
}
