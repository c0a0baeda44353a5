// Small files: whole or absent, never half, whoever writes at the same time.
import { closeSync, lstatSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { decodeText } from '../../schemas/text.ts'
import type { DiskWords } from './errors.ts'
import { explainDisk, isMissing, onDisk } from './errors.ts'
import { removeAbandoned, stagedPath } from './staged-file.ts'

type WriteOptions = DiskWords & {
  /** Folder on the same file system for the unfinished file. */
  readonly staging: string
  readonly mode?: number
}

/** What stands in the file; for bytes that say of which file they are, of the one that is open. */
type Bytes = string | Uint8Array | ((file: number) => string)

/** Writes beside and renames over; throws NO_SPACE or IO_FAILED and leaves nothing of its own. */
export function writeWhole(path: string, bytes: string | Uint8Array, options: WriteOptions): void {
  onDisk(path, () => writeBeside(path, bytes, options), options)
}

function writeBeside(path: string, bytes: Bytes, { staging, mode = 0o600 }: WriteOptions): void {
  const staged = stagedPath(staging, basename(path))
  try {
    const file = openSync(staged, 'wx', mode)
    try {
      const written = typeof bytes === 'function' ? bytes(file) : bytes
      writeAll(file, typeof written === 'string' ? Buffer.from(written) : written)
    } finally {
      closeSync(file)
    }
    clearPlace(path)
    renameSync(staged, path)
  } catch (error) {
    rmSync(staged, { force: true })
    throw error
  }
}

/**
 * Replaces a file that goes on being appended to, of which this process is the only writer, and gives the new one, open. Throws what
 * the system throws and leaves nothing of its own; then the old one is in its place.
 */
export function replaceOpen(path: string, bytes: string, sync: (file: number) => void = () => undefined): number {
  const beside = `${path}.new`
  rmSync(beside, { force: true })
  const file = openSync(beside, 'ax', 0o600)
  try {
    writeAll(file, Buffer.from(bytes))
    sync(file)
    renameSync(beside, path)
    return file
  } catch (error) {
    closeSync(file)
    rmSync(beside, { force: true })
    throw error
  }
}

type ReplaceOptions = {
  /** Whatever the umask says; absent, everybody may read that the umask lets, and only the owner writes. */
  readonly mode?: number
  /** Folder on the same file system for the unfinished file, when not beside it. */
  readonly staging?: string
  /** False for what is made anew when a power cut took its bytes. */
  readonly sync?: boolean
}

/**
 * The same with its bytes on disk before its name is; throws what the system throws and leaves nothing of its own, nor of
 * writers that were killed.
 */
export async function replaceFile(path: string, bytes: string | Uint8Array, options: ReplaceOptions = {}) {
  const { mode, staging = dirname(path), sync = true } = options
  const name = `.${basename(path)}`
  const staged = stagedPath(staging, name)
  const file = await open(staged, 'wx', mode ?? 0o644)
  try {
    try {
      await file.writeFile(bytes)
      if (mode !== undefined) await file.chmod(mode)
      if (sync) await file.sync()
    } finally {
      await file.close()
    }
    const { mtimeMs } = await stat(staged)
    await rename(staged, path)
    removeAbandoned(staging, name, mtimeMs)
  } catch (error) {
    await rm(staged, { force: true }).catch(() => undefined)
    throw error
  }
}

/** For what may as well be missing: on a read-only or full disk it is left out. */
export function writeDisposable(path: string, bytes: Bytes, options: WriteOptions): boolean {
  try {
    writeBeside(path, bytes, options)
    return true
  } catch {
    return false
  }
}

/** For what matters only where the store can change. */
export function writeUnlessReadOnly(path: string, bytes: string | Uint8Array, options: WriteOptions): void {
  try {
    writeWhole(path, bytes, options)
  } catch (error) {
    if (explainDisk(error, path).details.reason !== 'EROFS') throw error
  }
}

/** The text of a small file, or undefined when there is none; throws TEXT_INVALID. */
export function readIfThere(path: string): string | undefined {
  try {
    // A checkout from elsewhere may have a link to a device in place of its lockfile, which would be read for ever.
    if (statSync(path).isFile()) return decodeText(readFileSync(path), path)
    throw coded('IO_FAILED', { message: `${quote(path)} is not a file`, details: { path } })
  } catch (error) {
    if (isMissing(error)) return undefined
    return onDisk(path, () => {
      throw error
    })
  }
}

/** The text of a file of the store; undefined also where something else is in its place, which is then written over. */
export function readIfWhole(path: string): string | undefined {
  try {
    return lstatSync(path).isFile() ? readIfThere(path) : undefined
  } catch {
    return undefined
  }
}

/**
 * Takes away what lies in the place of a file of the store and is none of ours: a folder, over which nothing can be renamed;
 * a link or a second name, through which a file elsewhere would be written.
 */
export function clearPlace(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (!found) return
  const isOwn = found.isFile() && found.nlink === 1 && found.uid === (process.getuid?.() ?? found.uid)
  if (!isOwn) rmSync(path, { recursive: true, force: true })
}

export function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
}
