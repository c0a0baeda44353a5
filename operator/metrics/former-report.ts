// Files that octo writes anew at each run stand where a person names them. A name that is a slip may be that of the config, of the
// lockfile or of a key: what is there is written over only when it is what octo wrote there before.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import { isErrno } from '../../system/errno.ts'
import { isMissing, onDisk } from '../../system/files/errors.ts'
import { noFile } from '../../system/files/read-plain-file.ts'

export type ReportKind = {
  /** `JUnit report` */
  readonly what: string
  /** How one of octo's begins, in any version of it. */
  readonly begins: RegExp
}

/** Pipes, devices and what this process has open have nothing to lose. Throws USAGE, ALREADY_EXISTS or IO_FAILED. */
export function requireFormerReport(path: string, { what, begins }: ReportKind): void {
  if (isLikeAddress(path))
    throw coded('USAGE', {
      message: `${quote(path)} is an address, and a ${what} is written into a file`,
      details: { path },
    })
  if (path === '-')
    throw coded('USAGE', {
      message: `\`-\` is no name of a file for a ${what}, and standard output is \`/dev/stdout\``,
      details: { path },
    })
  if (isOpenFile(path)) return
  requireBeginning(
    path,
    onDisk(path, () => beginningOf(path)),
    { what, begins },
  )
}

function requireBeginning(path: string, beginning: string, { what, begins }: ReportKind): void {
  if (beginning === '' || begins.test(beginning)) return
  throw coded('ALREADY_EXISTS', {
    message: `${quote(path)} is no ${what} that octo wrote, and is kept`,
    details: { path },
    hint: `name another file, or take it away first: \`rm ${shellWord(resolve(path))}\``,
  })
}

/**
 * Into the very file that is looked at, as another user may put a link in its place between the two; and a link to nothing makes no file
 * elsewhere. Throws ALREADY_EXISTS, IO_FAILED for what is no file, and what the system throws.
 */
export async function writeOverFormer(path: string, text: string, kind: ReportKind): Promise<void> {
  await using file = await openThere(path)
  if (!(await file.stat()).isFile()) throw noFile(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(SEEN_BYTES), 0, SEEN_BYTES, 0)
  requireBeginning(path, buffer.toString('utf8', 0, bytesRead), kind)
  await file.truncate(0)
  await file.writeFile(text)
}

async function openThere(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDWR | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    if (!isMissing(error)) throw error
    return await open(path, 'wx+')
  }
}

/** `ftp://…`: slips, and no files. */
export function isLikeAddress(text: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(text)
}

/** A name of the system for what a process has open. */
export function isOpenFile(path: string): boolean {
  return /^\/(?:dev\/(?:stdout|stderr|fd\/\d+)|proc\/[^/]+\/fd\/\d+)$/.test(resolve(path))
}

const SEEN_BYTES = 512

/** Empty where nothing is, and for what is no file. */
function beginningOf(path: string): string {
  let file: number | undefined
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    if (!fstatSync(file).isFile()) return ''
    const bytes = Buffer.alloc(SEEN_BYTES)
    return bytes.toString('utf8', 0, readSync(file, bytes, 0, SEEN_BYTES, 0))
  } catch (error) {
    // A socket in its place gives ENXIO.
    if (isMissing(error) || isErrno(error, 'ENXIO')) return ''
    throw error
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
