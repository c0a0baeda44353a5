// The file of `--junit`. Its folder is made: CI jobs name one that does not exist yet.
import { writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { makeFolder } from '../../system/files/make-folder.ts'

/** Throws IO_FAILED. */
export async function writeReport(path: string, text: string): Promise<void> {
  try {
    makeFolder(dirname(path))
    await writeFile(path, text)
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown'
    throw coded('IO_FAILED', {
      message: `report ${quote(path)} cannot be written: ${reason}; the results are shown above`,
      details: { path, reason },
      cause,
    })
  }
}
