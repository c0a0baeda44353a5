// The bytes of a call as they are typed: which file or stream goes to the plugin, and where the file of its answer goes.
import { accessSync, constants, mkdtempSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { coded, withHint } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import { isErrno } from '../../../system/errno.ts'
import { explainDisk, onDisk } from '../../../system/files/errors.ts'
import { makeFolder } from '../../../system/files/make-folder.ts'
import { ownTemporaryFolder } from '../../../system/files/temporary-folder.ts'
import type { Chunks } from '../../ocm/blobs/lend-blob.ts'
import type { OpenedBlob } from '../../ocm/blobs/open-blob.ts'

/** The standard stream. */
const STREAM = '-'

/** Of `--blob`; `request`: the words of the request, which may be read from standard input, too. */
export function blobOf(file: string | undefined, request: string, cwd: string): string | Chunks | undefined {
  if (file === undefined) return undefined
  if (file === STREAM && request === STREAM)
    throw coded('USAGE', {
      message: 'the request and `--blob` are both to come from standard input',
      hint: 'read the request from a file: `@FILE`',
    })
  if (file === STREAM) return process.stdin
  const path = resolve(cwd, file)
  try {
    accessSync(path, constants.R_OK)
    if (statSync(path).isDirectory()) throw coded('IO_FAILED', { message: `${quote(path)} is a folder` })
  } catch (error) {
    throw withHint(explainDisk(error, path), 'name a file that can be read, or `-` for standard input')
  }
  return path
}

/** Of `--save -`: undefined where the file is to be kept. */
export function receiverOf(
  save: string | undefined,
  signal: AbortSignal,
): ((blob: OpenedBlob) => Promise<void>) | undefined {
  if (save !== STREAM) return undefined
  return async (blob) => {
    try {
      await pipeline(blob.stream(), process.stdout, { end: false, signal })
    } catch (error) {
      // Whoever reads has had enough.
      if (isErrno(error, 'EPIPE')) return
      throw signal.aborted ? error : explainDisk(error, 'standard output')
    }
  }
}

/** What is told of an answer whose bytes are gone already. */
export function withoutPlace(answer: unknown): unknown {
  const { location, ...said } = answer as { readonly location: object }
  const { value: _, ...described } = location as { readonly value: string }
  return { ...said, location: described }
}

/** Where files are kept that a plugin answers with. */
export function blobFolder(save: string | undefined, cwd: string): string {
  if (save === undefined) return mkdtempSync(join(ownTemporaryFolder(process.env), 'octo-blobs-'))
  const folder = resolve(cwd, save)
  onDisk(folder, () => makeFolder(folder))
  return folder
}
