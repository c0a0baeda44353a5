// Places in a registry's data directory, as they were when they were opened. A disk that is taken away, or mounted over one of them, leaves
// another folder under the same name, in which a publish would be kept until the right one comes back; and one that was made read-only
// shows in no read. Each store that keeps something there looks after its own.
import type { BigIntStats } from 'node:fs'
import { statSync } from 'node:fs'
import { access, constants, stat } from 'node:fs/promises'
import { relative } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { ignoring, isErrno } from '../../system/errno.ts'

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
    for (const place of known) await requirePlace(place)
  }
}

type Place = { readonly path: string; readonly place: string; readonly identity: string }

async function requirePlace({ path, place, identity }: Place): Promise<void> {
  const found = await look(path)
  if (!found) throw unusable(place, 'is not there any more')
  if (identityOf(found) !== identity) throw unusable(place, 'is another one than when the registry was started')
  try {
    await access(path, constants.R_OK | constants.W_OK)
  } catch (cause) {
    if (isErrno(cause, 'EROFS')) throw unusable(place, 'is on a disk that is mounted read-only', cause)
    throw unusable(place, 'cannot be written to', cause)
  }
}

function look(path: string): Promise<BigIntStats | undefined> {
  return stat(path, { bigint: true }).catch(ignoring('ENOENT', 'ENOTDIR'))
}

function identityOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`
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
