// Finds the config when none is named: the first of the usual names in the working directory.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { coded } from '../../schemas/errors.ts'

export const CONFIG_NAMES = ['octo.yaml', 'octo.yml', 'config.yaml', 'config.yml'] as const

/** Absolute path of the default config, if there is one. */
export function defaultConfigPath(directory: string): string | undefined {
  return CONFIG_NAMES.map((name) => join(directory, name)).find((path) =>
    statSync(path, { throwIfNoEntry: false })?.isFile(),
  )
}

/** Absolute path of the default config; throws CONFIG_NOT_FOUND. */
export function findConfig(directory: string): string {
  const found = defaultConfigPath(directory)
  if (found) return found
  throw coded('CONFIG_NOT_FOUND', {
    message: `no config in \`${directory}\`, expected one of ${CONFIG_NAMES.map((name) => `\`${name}\``).join(', ')}`,
    details: { directory, names: [...CONFIG_NAMES] },
    hint: 'name one with `--config FILE`, or write `octo.yaml` with `operator: {repos: {NAME: {url: …, keys: […]}}}`',
  })
}
