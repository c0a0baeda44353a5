// A second name for bytes that never change, or a copy where the file system gives no second name.
import { constants, copyFile, link } from 'node:fs/promises'

/** Another file system, or one without hard links, or a file with as many names as it can have. */
const WITHOUT_LINKS = new Set(['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'ENOSYS'])

/** Throws the error of the file system; `to` must not exist. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    if (!WITHOUT_LINKS.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    await copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL)
  }
}
