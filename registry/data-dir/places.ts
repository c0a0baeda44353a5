// Places in a registry's data directory, as they were when they were opened. A disk that is taken away, or mounted over one of them, leaves
// another folder under the same name, in which a publish would be kept until the right one comes back; and one that was made read-only
// shows in no read. Each store that keeps something there looks after its own.
import { statSync } from 'node:fs'
import { access, constants, realpath, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { isErrno } from '../../system/errno.ts'
import { isMissing } from '../../system/files/errors.ts'
import { identityOf } from './file-identity.ts'

/** Throws IO_FAILED, naming the place below the data directory. */
export type RequireInPlace = () => Promise<void>

/** Of paths that are there now: the data directory, and what lies in it. */
export function rememberPlaces(dataDir: string, paths: readonly string[]): RequireInPlace {
  const known = paths.map((path) => ({
    path,
    // Everybody may ask whether the registry is ready.
    place: relative(dataDir, path),
    identity: identityOf(statSync(path, { bigint: true })),
  }))
  return async () => {
    for (const place of known) await requirePlace(place, dataDir)
  }
}

type Place = { readonly path: string; readonly place: string; readonly identity: string }

async function requirePlace({ path, place, identity }: Place, dataDir: string): Promise<void> {
  const found = await look(place, () => stat(path, { bigint: true }))
  if (!found) throw unusable(place, 'is not there any more')
  if (identityOf(found) !== identity) throw unusable(place, 'is another one than when the registry was started')
  // No start would follow it. The data directory itself may be a link.
  const real = await look(place, async () => [await realpath(path), join(await realpath(dataDir), place)] as const)
  if (!real || real[0] !== real[1]) throw unusable(place, 'is reached by a symbolic link')
  try {
    await access(path, constants.R_OK | constants.W_OK)
  } catch (cause) {
    if (isErrno(cause, 'EROFS')) throw unusable(place, 'is on a disk that is mounted read-only', cause)
    throw unusable(place, 'cannot be written to', cause)
  }
}

/** Undefined where nothing is there. */
function look<Found>(place: string, at: () => Promise<Found>): Promise<Found | undefined> {
  return at().catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw unusable(place, `cannot be looked at: ${(error as NodeJS.ErrnoException).code ?? 'no reason is told'}`, error)
  })
}

function unusable(place: string, problem: string, cause?: unknown): Error {
  const name = place === '' ? 'the data directory' : `${quote(place)} of the data directory`
  return coded('IO_FAILED', {
    message: `${name} ${problem}`,
    details: { place },
    hint: (data) =>
      `look at the disk and its mounts, and start the registry again where this is how it is to be; \`octo registry fsck --data ${data}\` says whether anything is missing`,
    cause,
  })
}
