// fsync, and what its failures mean: after a failed fsync the page cache cannot be trusted, so it is never repeated.
import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'
import { coded } from '../../schemas/errors.ts'

/** Marks errors after which the process must stop accepting. */
const FATAL = Symbol('fatal')

/** Makes the bytes of a file survive a power cut; throws NO_SPACE or a fatal IO_FAILED. */
export async function syncFile(file: FileHandle): Promise<void> {
  await file.sync().catch((error: unknown) => {
    throw syncError(error)
  })
}

/** Makes the names in a folder survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r')
  await syncFile(folder)
}

export function isFatal(error: unknown): boolean {
  return error instanceof Error && FATAL in error
}

/** What a failed write to the data directory means. */
export function writeError(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return coded('NO_SPACE', { message: 'the disk of the registry data is full', cause: error })
  if (code === 'EIO' || code === 'EROFS') return fatal(error)
  return error
}

function syncError(error: unknown): unknown {
  const meaning = writeError(error)
  return meaning === error ? fatal(error) : meaning
}

function fatal(cause: unknown): Error {
  const error = coded('IO_FAILED', { message: 'the disk of the registry data does not keep what is written', cause })
  return Object.assign(error, { [FATAL]: true })
}
