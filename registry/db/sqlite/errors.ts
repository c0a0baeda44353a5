// What SQLite's own failures mean for us.
import { coded, isCoded } from '../../../schemas/errors.ts'
import { fatalIoError } from '../../fatal.ts'

/** The coded error of a SQLite failure; anything else unchanged. */
export function translateSqliteError(error: unknown): unknown {
  const code = sqliteCodeOf(error)
  if (code === undefined || isCoded(error)) return error
  // The index of the write-ahead log could not grow: it holds nothing that is to be kept, so no disk is to be mistrusted for it.
  if (code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_SHMSIZE')
    return coded('NO_SPACE', { message: 'the disk of the registry data is full', cause: error })
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED') || code === 'SQLITE_PROTOCOL')
    return coded('STORE_BUSY', { message: 'another process is writing the registry data', cause: error })
  // Once the database is open, only its further files can fail to open: for want of descriptors, which passes.
  if (code.startsWith('SQLITE_CANTOPEN') || code.endsWith('NOMEM'))
    return coded('STORE_BUSY', { message: 'the registry is short of open files or memory at the moment', cause: error })
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB')
    return coded('DATA_DIR_CORRUPT', {
      message: 'the registry database is damaged',
      hint: (data) => `\`octo registry fsck --data ${data}\` says what is damaged`,
      cause: error,
    })
  if (code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_READONLY'))
    return fatalIoError('the registry database cannot be read or written', error)
  return error
}

/** The same for a database that is being opened: one that cannot be found or made is not there for good. */
export function translateOpenError(error: unknown): unknown {
  if (!sqliteCodeOf(error)?.startsWith('SQLITE_CANTOPEN') || isCoded(error)) return translateSqliteError(error)
  return fatalIoError('the registry database cannot be opened', error)
}

function sqliteCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('code' in error && typeof error.code === 'string' && error.code.startsWith('SQLITE_')) return error.code
  // drizzle wraps the driver's error in its own.
  return error.cause instanceof Error ? sqliteCodeOf(error.cause) : undefined
}
