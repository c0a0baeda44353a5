// The config of a working directory when none is named. Imports nothing of ours, because warm runs start with it.
import { statSync } from 'node:fs'
import { join } from 'node:path'

export const CONFIG_NAMES = ['octo.yaml', 'octo.yml', 'config.yaml', 'config.yml'] as const

/** Absolute path of the first of the usual names that is there. */
export function defaultConfigPath(directory: string): string | undefined {
  return CONFIG_NAMES.map((name) => join(directory, name)).find((path) =>
    statSync(path, { throwIfNoEntry: false })?.isFile(),
  )
}
