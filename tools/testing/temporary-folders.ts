// The folders for temporary files of test processes. Each has one of its own, so that it is seen what a file leaves there, and all
// lie in memory where this machine keeps files there and has room: tests write and sync tens of thousands of files that are gone a
// moment later. With TMPDIR they lie where that says, such as on the disk that a failure is looked for.
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { availableMemory } from 'node:process'
import { isInMemory } from '../../system/files/memory.ts'
import { hasEnded, nameOfThisProcess } from '../../system/process/own-name.ts'

const MEMORY = '/dev/shm'
/** Tests take a tenth of it at once. */
const ENOUGH_BYTES = 4 * 2 ** 30
/** Short, as the paths of sockets are. */
const PREFIX = 'octo-t-'
/** Names the process that removes the folder, so that the next one can when it was killed. */
const OWNER = 'owner'
/** As that of the whole machine is: users that tests become get through, and nobody removes what is another's. */
const SHARED = 0o1777
/** What stays for the next start: the folder that octo has for all runs of a user, and the compiled code that npm has Node keep. */
const MEANT_TO_STAY = /^(?:octo-run-\d+|node-compile-cache)$/

export type TemporaryFolders = Disposable & {
  make(): TemporaryFolder
}

type TemporaryFolder = Disposable & {
  readonly path: string
  left(): readonly string[]
}

export function openTemporaryFolders(): TemporaryFolders {
  const base = process.env.TMPDIR === undefined && hasRoom(MEMORY) ? MEMORY : tmpdir()
  removeAbandoned(base)
  const root = mkdtempSync(join(base, PREFIX))
  chmodSync(root, 0o755)
  nameOwner(root)
  let made = 0
  return {
    make: () => makeFolder(join(root, String(++made))),
    [Symbol.dispose]: () => remove(root),
  }
}

function makeFolder(path: string): TemporaryFolder {
  mkdirSync(path)
  chmodSync(path, SHARED)
  return {
    path,
    left: () => filesLeft(path),
    [Symbol.dispose]: () => remove(path),
  }
}

/** Names, in order. */
function filesLeft(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => !MEANT_TO_STAY.test(name))
    .sort()
}

/** And a program that lies there can be run, which tests do. */
function hasRoom(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return isInMemory(folder) && Math.min(bavail * bsize, availableMemory()) >= ENOUGH_BYTES && !isNoExec(folder)
  } catch {
    return false
  }
}

function isNoExec(folder: string): boolean {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n')
  const options = mounts.map((line) => line.split(' ')).findLast(([, place]) => place === folder)?.[3]
  return options?.split(',').includes('noexec') ?? true
}

function nameOwner(root: string): void {
  try {
    writeFileSync(join(root, OWNER), nameOfThisProcess())
  } catch {
    // Where the system does not tell, nobody could ask later.
  }
}

function removeAbandoned(base: string): void {
  const roots = readdirSync(base).filter((name) => name.startsWith(PREFIX))
  for (const root of roots.map((name) => join(base, name))) {
    const owner = isOurs(root) ? ownerOf(root) : undefined
    if (owner !== undefined && hasEnded(owner)) remove(root)
  }
}

/** Undefined where nobody is named, as when another run that ends removes it just now. */
function ownerOf(root: string): string | undefined {
  try {
    return readFileSync(join(root, OWNER), 'utf8')
  } catch {
    return undefined
  }
}

/** In a folder that everybody writes to, a name is no proof. */
function isOurs(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false })
  return found?.isDirectory() === true && found.uid === process.getuid?.()
}

/** What a test that was stopped has locked or mounted stays. */
function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  } catch {
    // The run is not red for it: it says what was left.
  }
}
