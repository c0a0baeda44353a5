// The folders of a registry's data, as they were when it was opened. A disk that is taken away, or mounted over one of them, leaves
// another folder under the same name, in which a publish would be kept until the right one comes back; and one that was made read-only
// shows in no read. Asked before a blob counts, and by whoever wants to know whether the registry can do its work.
import type { BigIntStats } from 'node:fs'
import { access, constants, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { ignoring, isErrno } from '../../system/errno.ts'

export type DataPlaces = {
  /** Throws IO_FAILED, naming the place below the data directory. */
  require(): Promise<void>
}

/** Relative, as everybody may ask whether the registry is ready. */
const PLACES = [
  '.',
  'octo.db',
  'blobs/sha256',
  'trash',
  'uploads',
  'staging',
  'tree',
  'private-staging',
  'private-tree',
]

/** Those that are there now; what is kept elsewhere has none. */
export async function rememberPlaces(dataDir: string): Promise<DataPlaces> {
  const known = new Map<string, string>()
  for (const place of PLACES) {
    const found = await look(join(dataDir, place))
    if (found) known.set(place, identityOf(found))
  }
  return {
    async require() {
      for (const [place, identity] of known) await requirePlace(join(dataDir, place), { place, identity })
    },
  }
}

async function requirePlace(path: string, { place, identity }: { readonly place: string; readonly identity: string }) {
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
  const name = place === '.' ? 'the data directory' : `${quote(place)} of the data directory`
  return coded('IO_FAILED', {
    message: `${name} ${problem}`,
    details: { place },
    hint: (data) =>
      `look at the disk and its mounts, and start the registry again where this is how it is to be; \`octo registry fsck --data ${data}\` says whether anything is missing`,
    cause,
  })
}
