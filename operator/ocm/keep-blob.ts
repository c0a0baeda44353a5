// Takes over the file that a plugin answered with: what lies in the plugin's own folder goes when the plugin does. Its name is the
// plugin's choice, so no file that is there already is replaced by it.
import { constants, copyFileSync, linkSync, realpathSync, rmSync, statSync } from 'node:fs'
import { basename, join, sep } from 'node:path'
import type { Location } from '../../schemas/contract/ocm/values.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { isErrno, isMissing, onDisk } from '../../system/files/errors.ts'

type Move = { readonly from: string; readonly to: () => string }

/** The answer with the place where the file is now. Throws PLUGIN_ANSWER_INVALID where there is none. */
export function keepBlob(answer: unknown, { from, to }: Move): unknown {
  const { location } = (answer ?? {}) as { location?: Location }
  const file = location && fileIn(location.value, from)
  if (file === undefined) return answer
  const folder = to()
  const value = onDisk(folder, () => moveInto(folder, file))
  return { ...(answer as object), location: { ...location, value } }
}

/** The file itself, where links lead to it; undefined for one that lies elsewhere. */
function fileIn(path: string, folder: string): string | undefined {
  try {
    const file = realpathSync(path)
    if (!file.startsWith(`${realpathSync(folder)}${sep}`)) return undefined
    if (statSync(file).isFile()) return file
  } catch (error) {
    if (!isMissing(error)) throw error
    throw noFile(path, error)
  }
  throw noFile(path)
}

function noFile(file: string, cause?: unknown): Error {
  return coded('PLUGIN_ANSWER_INVALID', {
    message: `the plugin answered with the file ${quote(file)}, which is not there`,
    details: { file },
    ...(cause === undefined ? {} : { cause }),
  })
}

/** Where it is then: under its own name, or with the first number behind it that is free. */
function moveInto(folder: string, file: string): string {
  for (let count = 0; ; count++) {
    const target = join(folder, count === 0 ? basename(file) : `${basename(file)}.${count}`)
    try {
      place(file, target)
      rmSync(file, { force: true })
      return target
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error
    }
  }
}

/** Fails with EEXIST where something is. */
function place(file: string, target: string): void {
  try {
    linkSync(file, target)
  } catch (error) {
    // On another file system, or on one without links.
    if (isErrno(error, 'EEXIST')) throw error
    copyFileSync(file, target, constants.COPYFILE_EXCL)
  }
}
