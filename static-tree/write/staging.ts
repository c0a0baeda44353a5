// Puts finished files into a tree on the disk in one step. What is being written lies outside what is served, so nothing half is.
// Files of the tree may share their inodes with others, so nothing is ever opened for writing but a file made in that moment.
import { randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { inParallel } from '../../system/async/limit.ts'
import { ignoring, isErrno } from '../../system/errno.ts'
import { explainDisk } from '../../system/files/errors.ts'
import { makeFolder } from '../../system/files/make-folder.ts'

export type Staging = {
  /** A new name in the folder, which nobody can have guessed or made. */
  name(): string
  /** Writes bytes under a new name and moves them to the target. */
  write(target: string, bytes: Uint8Array, changedAt?: Date): Promise<void>
  /** Moves a staged file, or a folder with the files `within`, to the target; a file there is replaced. */
  move(staged: string, target: string, within?: Iterable<string>): Promise<void>
  /** Takes a file or folder out of the tree in one step. */
  remove(target: string): Promise<void>
  /** Makes everything that was moved or removed so far survive a power cut. */
  sync(): Promise<void>
}

type Explain = (error: unknown) => unknown

/** As many as Node's threads can sync at the same time: more would only hold files open. */
const SYNCED_AT_ONCE = 4

const ignoreAbsent = ignoring('ENOENT')

/** Opens the folder, which must be on the file system of the tree; what a crash left in it goes. */
export async function openStaging(folder: string, explain: Explain): Promise<Staging> {
  await rm(folder, { recursive: true, force: true }).catch((error: unknown) => {
    throw explainDisk(explain(error), folder)
  })
  makeFolder(dirname(folder))
  makeFolder(folder, 0o700)
  const touched = new Set<string>()
  const name = () => join(folder, randomBytes(16).toString('hex'))
  const refuse = (error: unknown): never => {
    throw explain(error)
  }

  async function move(staged: string, target: string, within: Iterable<string> = []): Promise<void> {
    await renameInto(staged, target, touched).catch(refuse)
    touched.add(target).add(dirname(target))
    for (const file of within) touched.add(join(target, file))
  }

  return {
    name,
    move,
    async write(target, bytes, changedAt) {
      const staged = name()
      await writeFile(staged, bytes, { flag: 'wx' }).catch(refuse)
      if (changedAt) await utimes(staged, changedAt, changedAt)
      await move(staged, target)
    },
    async remove(target) {
      const staged = name()
      await rename(target, staged).catch(ignoreAbsent).catch(refuse)
      touched.add(dirname(target))
      // It is out of the tree, which is what was asked for; what is left of it goes when the folder is opened again.
      await rm(staged, { recursive: true, force: true }).catch(() => undefined)
    },
    async sync() {
      const paths = [...touched]
      touched.clear()
      try {
        // Several at once, as one commit of the file system's journal then serves them all.
        await inParallel(paths, SYNCED_AT_ONCE, syncPath)
      } catch (error) {
        for (const path of paths) touched.add(path)
        throw explain(error)
      }
    },
  }
}

async function renameInto(staged: string, target: string, touched: Set<string>): Promise<void> {
  try {
    await rename(staged, target)
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
    const first = await mkdir(dirname(target), { recursive: true, mode: 0o755 })
    for (let made = dirname(target); first !== undefined && made.length >= first.length; made = dirname(made))
      touched.add(made).add(dirname(made))
    await rename(staged, target)
  }
}

async function syncPath(path: string): Promise<void> {
  try {
    await using file = await open(path, 'r')
    await file.sync()
  } catch (error) {
    ignoreAbsent(error)
  }
}
