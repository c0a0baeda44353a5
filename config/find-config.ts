// Finds the config when none is named, or says which names were looked for.
import { coded } from '../schemas/errors.ts'
import { CONFIG_NAMES, defaultConfigPath } from './default-config.ts'

/** Absolute path of the default config; throws CONFIG_NOT_FOUND. */
export function findConfig(directory: string): string {
  const found = defaultConfigPath(directory)
  if (found) return found
  throw coded('CONFIG_NOT_FOUND', {
    message: `no config in \`${directory}\`, expected one of ${CONFIG_NAMES.map((name) => `\`${name}\``).join(', ')}`,
    details: { directory, names: [...CONFIG_NAMES] },
    hint: 'name one with `--config FILE`, or begin `octo.yaml`: `octo add ADDRESS --key KEY` for plugins of a repo, the lines `services: {NAME: {command: […]}}` for services to start',
  })
}
