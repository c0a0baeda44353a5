// A second name for bytes that never change, or a copy where the file system gives no second name.
import { constants, copyFileSync, linkSync } from 'node:fs'
import { copyFile, link } from 'node:fs/promises'

/** Another file system, or one without hard links, or a file with as many names as it can have; Android lets nobody link. */
const WITHOUT_LINKS = new Set(['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'ENOSYS', 'EACCES'])
const COPYING = constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL

/** Throws the error of the file system; `to` must not exist. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    requireWithoutLinks(error)
    await copyFile(from, to, COPYING)
  }
}

/** The same for who holds up nobody. */
export function linkOrCopySync(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch (error) {
    requireWithoutLinks(error)
    copyFileSync(from, to, COPYING)
  }
}

function requireWithoutLinks(error: unknown): void {
  if (!WITHOUT_LINKS.has((error as NodeJS.ErrnoException).code ?? '')) throw error
}
