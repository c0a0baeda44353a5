// Takes over the file that a plugin answered with, into a folder of whoever asked. Its name is the plugin's choice, so no file that is
// there already is replaced by it.
import { closeSync, constants, linkSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Location } from '../../../schemas/contract/ocm/values.ts'
import { isErrno } from '../../../system/errno.ts'
import { explainDisk } from '../../../system/files/errors.ts'
import { readPieces } from '../../../system/files/read-pieces.ts'
import { removeAbandoned, stagedPath } from '../../../system/files/staged-file.ts'
import { asPromised, statedDigest } from './answered-bytes.ts'
import { answeredFile } from './answered-file.ts'

type Move = { readonly from: string; readonly to: () => string }

/**
 * The answer with the place where the file is now. Throws PLUGIN_ANSWER_INVALID where there is none, or it is not what the answer says of
 * it; then nothing is left of it.
 */
export async function keepBlob(answer: unknown, { from, to }: Move): Promise<unknown> {
  const found = answeredFile(answer, from)
  if (!found) return answer
  const { location, file, isOwn } = found
  if (!isOwn) {
    await requireStated(answer, file, location)
    return answer
  }
  const folder = to()
  try {
    await requireStated(answer, file, location)
    const value = await moveInto(folder, file)
    return { ...(answer as object), location: { ...location, value } }
  } catch (error) {
    throw explainDisk(error, folder)
  } finally {
    rmSync(file, { force: true })
  }
}

/** Of what is no file nothing can be said. */
async function requireStated(answer: unknown, file: string, { value }: Location): Promise<void> {
  const digest = statedDigest(answer)
  const stat = statSync(file)
  if (!digest || !stat.isFile()) return
  for await (const _ of asPromised(readPieces(file), { file: value, size: stat.size, digest }));
}

/** Where it is then: under its own name, or with the first number behind it that is free. */
async function moveInto(folder: string, file: string): Promise<string> {
  try {
    return firstFree(folder, file, (target) => linkSync(file, target))
  } catch {
    return await copyInto(folder, file)
  }
}

/**
 * On another file system, or on one without links. It has its name once it is whole, however this process ends. Large files are
 * copied beside all else that this process does.
 */
async function copyInto(folder: string, file: string): Promise<string> {
  const name = `.${basename(file)}`
  const staged = stagedPath(folder, name)
  try {
    await copyFile(file, staged, constants.COPYFILE_EXCL)
    removeAbandoned(folder, name, statSync(staged).mtimeMs)
    return firstFree(folder, file, (target) => giveName(staged, target))
  } finally {
    rmSync(staged, { force: true })
  }
}

function firstFree(folder: string, file: string, take: (target: string) => void): string {
  for (let count = 0; ; count++) {
    const target = join(folder, count === 0 ? basename(file) : `${basename(file)}.${count}`)
    try {
      take(target)
      return target
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error
    }
  }
}

/** Fails with EEXIST where something is. */
function giveName(staged: string, target: string): void {
  try {
    linkSync(staged, target)
  } catch (error) {
    if (isErrno(error, 'EEXIST')) throw error
    closeSync(openSync(target, 'wx'))
    renameSync(staged, target)
  }
}
