// The folder of one plugin process, for its user alone: its socket and the files that it hands over. It goes with the process; what
// one that was killed left behind, the next one takes away.
import { chmodSync, mkdtempSync, realpathSync } from 'node:fs'
import { lstat, readdir, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type ProcessFolder = AsyncDisposable & {
  readonly path: string
  readonly socket: string
}

const PREFIX = 'octo-plugin-'
const SOCKET = 's'
/** Of Linux; macOS has 104, and both count the end of the text. */
const MAX_SOCKET_PATH = process.platform === 'darwin' ? 103 : 107
/** A plugin that starts at this moment has a socket before it listens there. */
const SURELY_LISTENS_MS = 60_000

export function makeProcessFolder(): ProcessFolder {
  const path = mkdtempSync(join(baseFolder(), PREFIX))
  chmodSync(path, 0o700)
  return {
    path,
    socket: join(path, SOCKET),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}

/** The folder for temporary files, or `/tmp` where a socket in it would have too long a path. */
function baseFolder(): string {
  const base = realpathSync(tmpdir())
  const longest = join(base, `${PREFIX}123456`, SOCKET)
  return Buffer.byteLength(longest) <= MAX_SOCKET_PATH || process.platform === 'win32' ? base : '/tmp'
}

/** Removes the folders of this user whose socket nobody listens on. Process ids are used again, and say nothing. */
export async function removeAbandonedFolders(own: ProcessFolder): Promise<void> {
  const base = join(own.path, '..')
  const names = await readdir(base).catch(() => [])
  const folders = names.filter((name) => name.startsWith(PREFIX)).map((name) => join(base, name))
  await Promise.all(
    folders.map(async (path) => {
      // One that goes meanwhile, or has no socket yet, is none.
      if (path !== own.path && (await isAbandoned(path).catch(() => false)))
        await rm(path, { recursive: true, force: true })
    }),
  ).catch(() => {})
}

async function isAbandoned(path: string): Promise<boolean> {
  const found = await lstat(path)
  if (!found.isDirectory() || found.uid !== process.getuid?.()) return false
  const { mtimeMs } = await lstat(join(path, SOCKET))
  if (Date.now() - mtimeMs < SURELY_LISTENS_MS) return false
  return (await connectProblem(join(path, SOCKET))) === 'ECONNREFUSED'
}

function connectProblem(path: string): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const socket = connect(path)
  socket.on('connect', () => {
    socket.destroy()
    resolve(undefined)
  })
  socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
  return promise
}
