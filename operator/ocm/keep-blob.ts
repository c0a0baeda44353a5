// Takes over the file that a plugin answered with: what lies in the plugin's own folder goes when the plugin does.
import { constants, copyFileSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Location } from '../../schemas/contract/ocm/values.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { isMissing, onDisk } from '../../system/files/errors.ts'

type Move = { readonly from: string; readonly to: () => string }

/** The answer with the place where the file is now. Throws PLUGIN_ANSWER_INVALID where there is none. */
export function keepBlob(answer: unknown, { from, to }: Move): unknown {
  const { location } = (answer ?? {}) as { location?: Location }
  if (location === undefined || !isIn(location.value, from)) return answer
  const target = join(to(), basename(location.value))
  onDisk(target, () => move(location.value, target))
  return { ...(answer as object), location: { ...location, value: target } }
}

function isIn(file: string, folder: string): boolean {
  try {
    return dirname(realpathSync(file)).startsWith(realpathSync(folder))
  } catch (error) {
    if (!isMissing(error)) throw error
    throw coded('PLUGIN_ANSWER_INVALID', {
      message: `the plugin answered with the file ${quote(file)}, which is not there`,
      details: { file },
      cause: error,
    })
  }
}

function move(file: string, target: string): void {
  try {
    renameSync(file, target)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
    copyFileSync(file, target, constants.COPYFILE_EXCL)
    rmSync(file, { force: true })
  }
}
