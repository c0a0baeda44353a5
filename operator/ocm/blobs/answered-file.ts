// The file that a plugin answered with, where it lies in the plugin's own folder: what lies there goes when the plugin does, so whoever
// asked takes it over before.
import { realpathSync, statSync } from 'node:fs'
import { sep } from 'node:path'
import type { Location } from '../../../schemas/contract/ocm/values.ts'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import { isMissing } from '../../../system/files/errors.ts'

type AnsweredFile = {
  readonly location: Location
  /** The file itself, where links lead to it. */
  readonly file: string
  readonly isOwn: boolean
}

/** Undefined for an answer without one. Throws PLUGIN_ANSWER_INVALID for one that is not there. */
export function answeredFile(answer: unknown, folder: string): AnsweredFile | undefined {
  const { location } = (answer ?? {}) as { location?: Location }
  if (location === undefined) return undefined
  try {
    const file = realpathSync(location.value)
    const isOwn = file.startsWith(`${realpathSync(folder)}${sep}`)
    if (!isOwn || statSync(file).isFile()) return { location, file, isOwn }
  } catch (error) {
    if (!isMissing(error)) throw error
    throw noFile(location.value, error)
  }
  throw noFile(location.value)
}

export function noFile(file: string, cause?: unknown): Error {
  return coded('PLUGIN_ANSWER_INVALID', {
    message: `the plugin answered with the file ${quote(file)}, which is not there`,
    details: { file },
    cause,
  })
}
