// fsync, and what its failures mean: after a failed fsync the page cache cannot be trusted, so it is never repeated.
import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'
import { coded, isCoded } from '../../schemas/errors.ts'
import { fatalIoError } from '../fatal.ts'

/** Makes the bytes of a file survive a power cut; throws NO_SPACE or a fatal IO_FAILED. */
export async function syncFile(file: FileHandle): Promise<void> {
  try {
    await file.sync()
  } catch (error) {
    const meaning = writeError(error)
    throw meaning === error ? fatal(error) : meaning
  }
}

/** Makes the names in a folder survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r')
  await syncFile(folder)
}

/** What a failed write to the data directory means; anything else unchanged. */
export function writeError(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return coded('NO_SPACE', { message: 'the disk of the registry data is full', cause: error })
  return code === 'EIO' || code === 'EROFS' ? fatal(error) : passingError(error)
}

const PASSING = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'EAGAIN', 'EBUSY'])

/** Shortages of the machine pass, so whoever asked may try again; anything else unchanged. */
export function passingError(error: unknown): unknown {
  const { code } = (error ?? {}) as NodeJS.ErrnoException
  if (isCoded(error) || code === undefined) return error
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return coded('NO_SPACE', { message: 'the disk of the registry data is full', cause: error })
  if (!PASSING.has(code)) return error
  return coded('STORE_BUSY', { message: 'the registry is short of open files or memory at the moment', cause: error })
}

function fatal(cause: unknown): Error {
  return fatalIoError('the disk of the registry data does not keep what is written', cause)
}
