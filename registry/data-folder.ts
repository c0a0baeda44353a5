// The folder of a registry's data, made when it is not there.
import { coded } from '../schemas/errors.ts'
import { quote } from '../schemas/quote.ts'
import { makeFolder } from '../system/files/make-folder.ts'

/** Throws IO_FAILED. */
export function makeDataFolder(dataDir: string): void {
  try {
    makeFolder(dataDir)
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code
    throw coded('IO_FAILED', {
      message: `the data directory ${quote(dataDir)} cannot be made: ${reason ?? 'refused'}`,
      details: { path: dataDir, reason },
      hint: 'give a folder that this user may write to as `--data`',
      cause,
    })
  }
}
