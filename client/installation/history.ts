// Which version was there before: written before the link is switched, so that it is right whether or not the switch came to be.
import { z } from 'zod'
import { INSTALLATION_FILE_BYTES } from '../../schemas/installation.ts'
import { parseJson } from '../../schemas/json.ts'
import { versionShape } from '../../schemas/shapes.ts'
import type { Version } from '../../schemas/version.ts'
import { replaceFile } from '../../system/files/atomic-file.ts'
import { explainDisk } from '../../system/files/errors.ts'
import { syncFolders } from '../../system/files/sync.ts'
import { isFolder } from './open-installation.ts'
import type { Places } from './places.ts'
import { readBounded } from './read-bounded.ts'

const historyShape = z.strictObject({
  v: z.literal(1),
  /** The last step, or the one that was about to be made. */
  to: versionShape,
  from: versionShape.nullable(),
  /** What was kept beside `from` until then. */
  before: versionShape.nullable(),
})

/** The version that is kept for going back; undefined where there is none. */
export function previousOf(places: Places, current: Version): Version | undefined {
  const previous = notedBefore(places, current)
  return previous !== undefined && previous !== current && isFolder(places.version(previous)) ? previous : undefined
}

function notedBefore(places: Places, current: Version): Version | undefined {
  const history = readHistory(places)
  if (!history) return undefined
  if (history.to === current) return history.from ?? undefined
  return history.from === current ? (history.before ?? undefined) : undefined
}

/** A history that cannot be read is none: then there is nothing to go back to, and nothing else is lost. */
function readHistory({ history }: Places) {
  try {
    const text = readBounded(history)
    const read = historyShape.safeParse(
      text === undefined ? undefined : parseJson(text, history, INSTALLATION_FILE_BYTES),
    )
    return read.success ? read.data : undefined
  } catch {
    return undefined
  }
}

/** Throws NO_SPACE or IO_FAILED. */
export async function noteStep(places: Places, to: Version, from: Version | undefined): Promise<void> {
  const before = from === undefined ? undefined : previousOf(places, from)
  const text = JSON.stringify({ v: 1, to, from: from ?? null, before: before ?? null })
  try {
    await replaceFile(places.history, `${text}\n`, { mode: 0o644 })
  } catch (error) {
    throw explainDisk(error, places.history)
  }
  syncFolders([places.state])
}
