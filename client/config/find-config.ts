// Finds the config when none is named: the first of the usual names in the working directory.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { coded } from '../../schemas/errors.ts'

export const CONFIG_NAMES = ['octo.yaml', 'octo.yml', 'config.yaml', 'config.yml'] as const

/** Absolute path of the default config; throws CONFIG_NOT_FOUND. */
export async function findConfig(directory: string): Promise<string> {
  for (const name of CONFIG_NAMES) {
    const path = join(directory, name)
    if (await isFile(path)) return path
  }
  throw coded('CONFIG_NOT_FOUND', {
    message: `no config in \`${directory}\`, expected one of ${CONFIG_NAMES.map((name) => `\`${name}\``).join(', ')}`,
    details: { directory, names: [...CONFIG_NAMES] },
    hint: 'name one with `--config FILE`, or write `octo.yaml` with `operator: {repos: {NAME: {url: …, keys: […]}}}`',
  })
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
