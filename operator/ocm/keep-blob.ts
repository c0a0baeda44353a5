// Takes over the file that a plugin answered with, into a folder of whoever asked. Its name is the plugin's choice, so no file that is
// there already is replaced by it.
import { constants, linkSync, rmSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { explainDisk, isErrno } from '../../system/files/errors.ts'
import { answeredFile } from './answered-file.ts'

type Move = { readonly from: string; readonly to: () => string }

/** The answer with the place where the file is now. Throws PLUGIN_ANSWER_INVALID where there is none; then nothing is left of it. */
export async function keepBlob(answer: unknown, { from, to }: Move): Promise<unknown> {
  const found = answeredFile(answer, from)
  if (!found?.isOwn) return answer
  const { location, file } = found
  const folder = to()
  try {
    const value = await moveInto(folder, file)
    return { ...(answer as object), location: { ...location, value } }
  } catch (error) {
    throw explainDisk(error, folder)
  } finally {
    rmSync(file, { force: true })
  }
}

/** Where it is then: under its own name, or with the first number behind it that is free. */
async function moveInto(folder: string, file: string): Promise<string> {
  for (let count = 0; ; count++) {
    const target = join(folder, count === 0 ? basename(file) : `${basename(file)}.${count}`)
    try {
      await place(file, target)
      return target
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error
    }
  }
}

/** Fails with EEXIST where something is. Large files are copied beside all else that this process does. */
async function place(file: string, target: string): Promise<void> {
  try {
    linkSync(file, target)
    return
  } catch (error) {
    // On another file system, or on one without links.
    if (isErrno(error, 'EEXIST')) throw error
  }
  try {
    await copyFile(file, target, constants.COPYFILE_EXCL)
  } catch (error) {
    // A part of it is none.
    if (!isErrno(error, 'EEXIST')) rmSync(target, { force: true })
    throw error
  }
}
