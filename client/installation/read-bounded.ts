// A small file of an installation. What lies there may have been put there by anybody: no links, no devices, no large files.
import { lstatSync } from 'node:fs'
import { coded } from '../../schemas/errors.ts'
import { INSTALLATION_FILE_BYTES } from '../../schemas/installation.ts'
import { quote } from '../../schemas/quote.ts'
import { readIfThere } from '../../system/files/atomic-file.ts'
import { onDisk } from '../../system/files/errors.ts'

/** Undefined where there is none; throws INSTALLATION_INVALID, TEXT_INVALID or IO_FAILED. */
export function readBounded(path: string): string | undefined {
  const found = onDisk(path, () => lstatSync(path, { throwIfNoEntry: false }))
  if (!found) return undefined
  if (found.isFile() && found.size <= INSTALLATION_FILE_BYTES) return readIfThere(path)
  throw coded('INSTALLATION_INVALID', {
    message: `${quote(path)} is not as octo writes it, expected a file of at most ${INSTALLATION_FILE_BYTES} bytes`,
    details: { path },
    hint: 'whoever made this installation can make it again: `sh install.sh BASE`',
  })
}
