// Puts finished files into the tree in one step. What is being written lies outside the tree, so nothing half is ever served.
// Files of the tree share their inodes with the blobs, so nothing is ever opened for writing but a file made in that moment.
import { randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { writeError } from '../blobs/durable.ts'

export type Staging = {
  /** e.g. DIR/staging */
  readonly folder: string
  /** A new name in the folder, which nobody can have guessed or made. */
  name(): string
  /** Writes bytes under a new name and moves them to the target. */
  write(target: string, bytes: Uint8Array | string, changedAt?: Date): Promise<void>
  /** Moves a staged file or folder to the target; a file there is replaced. */
  move(staged: string, target: string): Promise<void>
  /** Takes a file or folder out of the tree in one step. */
  remove(target: string): Promise<void>
  /** Makes everything that was moved or removed so far survive a power cut. */
  sync(): Promise<void>
}

/** Opens the folder, which must be on the file system of the tree; what a crash left in it goes. */
export async function openStaging(folder: string): Promise<Staging> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const touched = new Set<string>()
  const name = () => join(folder, randomBytes(16).toString('hex'))

  async function move(staged: string, target: string): Promise<void> {
    await renameInto(staged, target, touched)
    touched.add(target).add(dirname(target))
  }

  return {
    folder,
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
      await rename(target, staged).catch(ignoreAbsent)
      touched.add(dirname(target))
      await rm(staged, { recursive: true, force: true })
    },
    async sync() {
      const paths = [...touched]
      touched.clear()
      try {
        // In groups, as one commit of the file system's journal then serves many.
        for (let at = 0; at < paths.length; at += 64) await Promise.all(paths.slice(at, at + 64).map(syncPath))
      } catch (error) {
        for (const path of paths) touched.add(path)
        throw error
      }
    },
  }
}

async function renameInto(staged: string, target: string, touched: Set<string>): Promise<void> {
  try {
    await rename(staged, target)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw writeError(error)
    const first = await mkdir(dirname(target), { recursive: true }).catch(refuse)
    for (let made = dirname(target); first !== undefined && made.length >= first.length; made = dirname(made))
      touched.add(made).add(dirname(made))
    await rename(staged, target).catch(refuse)
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

function refuse(error: unknown): never {
  throw writeError(error)
}

function ignoreAbsent(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw writeError(error)
}
