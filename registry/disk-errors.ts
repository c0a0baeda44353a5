// What failures of the disk under the registry's data mean: full, short of something for a moment, or no longer to be trusted.
import { coded, isCoded } from '../schemas/errors.ts'
import { quote } from '../schemas/quote.ts'
import { isErrno } from '../system/errno.ts'
import { isFull } from '../system/files/errors.ts'
import { fatalIoError } from './fatal.ts'

/** What a failed write to the data directory means; anything else unchanged. */
export function writeError(error: unknown): unknown {
  return isErrno(error, 'EIO', 'EROFS') ? fatal(error) : passingError(error)
}

/** What a failed fsync means: NO_SPACE, a shortage that passes, or a fatal IO_FAILED, whatever the reason. */
export function syncError(error: unknown): unknown {
  const meaning = writeError(error)
  return meaning === error ? fatal(error) : meaning
}

/** What a failed change of the served tree means: whatever else the system says is for whoever runs the registry to mend. */
export function treeError(error: unknown): unknown {
  const meaning = writeError(error)
  const { code: reason = '' } = meaning as NodeJS.ErrnoException
  if (isCoded(meaning) || !/^E[A-Z0-9]+$/.test(reason)) return meaning
  return coded('IO_FAILED', {
    message: `the served tree cannot be changed: ${reason}`,
    details: { reason },
    hint: reason === 'EXDEV' ? oneFileSystem('tree', 'staging') : undefined,
    cause: error,
  })
}

/** Files are renamed and linked from one of these folders of the data directory to the other. */
export function oneFileSystem(...names: readonly string[]): string {
  const folders = names.map(quote)
  const all = `${folders.slice(0, -1).join(', ')} and ${folders.at(-1)}`
  return `keep ${all} of the data directory on one file system: mount the whole directory instead`
}

/** Shortages of the machine pass, so whoever asked may try again; anything else unchanged. */
export function passingError(error: unknown): unknown {
  if (isCoded(error)) return error
  if (isFull(error)) return coded('NO_SPACE', { message: 'the disk of the registry data is full', cause: error })
  if (!isErrno(error, 'EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'EAGAIN', 'EBUSY')) return error
  return coded('STORE_BUSY', { message: 'the registry is short of open files or memory at the moment', cause: error })
}

function fatal(cause: unknown): Error {
  return fatalIoError('the disk of the registry data does not keep what is written', cause)
}
