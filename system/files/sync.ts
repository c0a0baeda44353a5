// fsync: bytes and names that survive a power cut. After a failed one the page cache cannot be trusted, so it is never
// repeated here; what the failure means is for the owner of the data to say.
import { closeSync, fsyncSync, openSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'
import type { DiskWords } from './errors.ts'
import { onDisk } from './errors.ts'

/** Gives the error to throw for that of the system. */
type SyncMeaning = (error: unknown) => unknown

/** Makes the bytes of a file survive a power cut. */
export async function syncFile(file: FileHandle, meaning: SyncMeaning): Promise<void> {
  try {
    await file.sync()
  } catch (error) {
    throw meaning(error)
  }
}

/** Makes the names in a folder survive a power cut; a folder that cannot be opened throws what the system says. */
export async function syncFolder(path: string, meaning: SyncMeaning): Promise<void> {
  await using folder = await open(path, 'r')
  await syncFile(folder, meaning)
}

/** Makes renames into these folders survive a power cut; throws NO_SPACE or IO_FAILED. Windows syncs no folders. */
export function syncFolders(folders: readonly string[], words?: DiskWords): void {
  if (process.platform !== 'win32') syncWritten(folders, words)
}

/** Makes the bytes of files, and the names in folders, survive a power cut, whoever wrote them. */
export function syncWritten(paths: Iterable<string>, words?: DiskWords): void {
  for (const path of paths)
    onDisk(
      path,
      () => {
        const handle = openSync(path, 'r')
        try {
          fsyncSync(handle)
        } finally {
          closeSync(handle)
        }
      },
      words,
    )
}
