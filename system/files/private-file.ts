// Files with secrets: read only when nobody else of this machine can read them. Secrets that a platform mounts have other modes
// and cannot be changed; they pass where the mount itself keeps others away.
import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { isInMemory } from './memory.ts'

export type Exposure = {
  /** As octal digits: `0644`. */
  readonly mode: string
  /** No mode lets anybody write: it looks as secrets look that are mounted. */
  readonly isMounted: boolean
}

/** Undefined when the file is private, and for what is none and keeps nothing; throws what the file system throws. */
export function exposureOf(path: string): Exposure | undefined {
  // Windows has no such bits: there the file's access list counts.
  if (process.platform === 'win32') return undefined
  const found = statSync(path)
  const { mode, gid } = found
  // Of a socket, which is standard input below many programs, all bits are set, though nobody else can open it.
  if (!found.isFile() || (mode & 0o077) === 0) return undefined
  const isMounted = (mode & 0o222) === 0
  if (isMounted && (isReadOnly(path) || isClosedMemory(path) || isForOwnGroup(mode, gid))) return undefined
  return { mode: (mode & 0o777).toString(8).padStart(4, '0'), isMounted }
}

/** On a read-only mount even the owner of everything may not write. */
function isReadOnly(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EROFS'
  }
}

/** In memory, below a folder that only its owner may enter. */
function isClosedMemory(path: string): boolean {
  return isInMemory(path) && isBelowClosedFolder(resolve(path))
}

function isBelowClosedFolder(path: string): boolean {
  const folder = dirname(path)
  if (folder === path) return false
  const { mode, uid } = statSync(folder)
  const isOurs = uid === 0 || uid === process.getuid?.()
  return (isOurs && (mode & 0o011) === 0) || isBelowClosedFolder(folder)
}

/** Readable for one group, and nobody else is in it. */
function isForOwnGroup(mode: number, gid: number): boolean {
  return (mode & 0o007) === 0 && membersOf(gid)?.every((user) => user === ownName()) === true
}

/** Undefined for groups that the files of this machine do not know: a directory service may. */
function membersOf(gid: number): readonly string[] | undefined {
  const group = rowsOf('/etc/group').find(([, , id]) => id === String(gid))
  if (!group) return undefined
  const primary = rowsOf('/etc/passwd').filter(([, , , id]) => id === String(gid))
  return [...(group[3] ?? '').split(',').filter(Boolean), ...primary.map(([name = '']) => name)]
}

function ownName(): string | undefined {
  return rowsOf('/etc/passwd').find(([, , uid]) => uid === String(process.getuid?.()))?.[0]
}

function rowsOf(file: string): readonly (readonly string[])[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
  } catch {
    return []
  }
}
