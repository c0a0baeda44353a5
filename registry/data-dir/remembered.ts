// What a start was told and later starts keep to, each in a file of one line beside the data.
import { readFile } from 'node:fs/promises'
import { ignoring } from '../../system/errno.ts'
import { replaceFile } from '../../system/files/atomic-file.ts'
import { writeError } from '../disk-errors.ts'
import type { Remembered } from './paths.ts'
import { rememberedPath } from './paths.ts'

/** Undefined when nothing was said yet. */
export async function readRemembered(dataDir: string, name: Remembered): Promise<string | undefined> {
  const text = await readFile(rememberedPath(dataDir, name), 'utf8').catch(ignoring('ENOENT', 'ENOTDIR'))
  return text?.trim()
}

export async function remember(dataDir: string, name: Remembered, value: string): Promise<void> {
  if ((await readRemembered(dataDir, name)) === value) return
  await replaceFile(rememberedPath(dataDir, name), `${value}\n`).catch((error: unknown) => {
    throw writeError(error)
  })
}
