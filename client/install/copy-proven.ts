// Files of a proven plugin for a place outside the store, where nothing proves them any more: each is held to its proven digest while it
// is copied, and is on disk before the next one.
import { createHash } from 'node:crypto'
import { chmodSync, closeSync, fsyncSync, lstatSync, openSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { digestFromHex } from '../../schemas/digest.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { writeAll } from '../../system/files/atomic-file.ts'
import { onDisk } from '../../system/files/errors.ts'
import { makeFolder } from '../../system/files/make-folder.ts'
import { readPieces } from '../../system/files/read-pieces.ts'
import type { StoredFile } from '../store/stored-artifact.ts'

export type ProvenFiles = {
  /** Folder of the store that they lie in. */
  readonly root: string
  readonly files: readonly StoredFile[]
  /** `repo/plugin@version`, for messages. */
  readonly name: string
}

/** Into a folder that nobody else knows yet. Throws STORE_CORRUPT, NO_SPACE or IO_FAILED. */
export async function copyProvenFiles(folder: string, { root, files, name }: ProvenFiles): Promise<void> {
  for (const file of files) {
    const target = join(folder, file.path)
    onDisk(target, () => makeFolder(dirname(target)))
    await copyProven(join(root, file.path), target, { file, name })
  }
}

async function copyProven(
  source: string,
  target: string,
  { file, name }: { readonly file: StoredFile; readonly name: string },
): Promise<void> {
  const hash = createHash('sha256')
  const written = onDisk(target, () => openSync(target, 'wx', 0o600))
  try {
    for await (const chunk of readPieces(source)) {
      hash.update(chunk)
      onDisk(target, () => writeAll(written, chunk))
    }
    onDisk(target, () => fsyncSync(written))
  } finally {
    closeSync(written)
  }
  if (digestFromHex(hash.digest('hex')) !== file.digest) throw corrupt(name, file.path)
  const { mode } = onDisk(source, () => lstatSync(source))
  onDisk(target, () => chmodSync(target, (mode & 0o111) === 0 ? 0o444 : 0o555))
}

function corrupt(name: string, path: string): Error {
  return coded('STORE_CORRUPT', {
    message: `${quote(path)} of ${quote(name)} changed in the store while it was copied`,
    details: { name, path },
    hint: 'run `octo install` again',
  })
}
