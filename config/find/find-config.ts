// Finds the config when none is named, or says which names were looked for, and refuses one that others could have put there.
import { coded } from '../../schemas/errors.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import { CONFIG_NAMES, defaultConfigPath } from './default-config.ts'
import { problemOfFoundConfig } from './found-config.ts'

/** Absolute path of the default config; throws CONFIG_NOT_FOUND and CONFIG_UNSAFE. */
export function findConfig(directory: string, env: Readonly<Record<string, string | undefined>>): string {
  const found = defaultConfigPath(directory)
  if (found === undefined) throw notFound(directory)
  const unsafe = problemOfFoundConfig(found, env)
  if (!unsafe) return found
  const { place, problem, uid, mode, own } = unsafe
  const subject =
    place === found ? `config ${quote(found)}` : `${quote(place)}, of which config ${quote(found)} is made,`
  throw coded('CONFIG_UNSAFE', {
    message: `${subject} ${problem}, found mode 0${mode}: it says what runs, and nobody named it`,
    details: { path: found, place, uid, mode: `0${mode}` },
    hint: `${own ? `run \`chmod go-w ${shellWord(place)}\`, or ` : ''}read it, and name it to use it all the same: \`--config ${shellWord(found)}\`; \`export OCTO_SAFE_FOLDERS=${shellWord(directory)}\` lets all below that folder count`,
  })
}

function notFound(directory: string): Error {
  return coded('CONFIG_NOT_FOUND', {
    message: `no config in \`${directory}\`, expected one of ${CONFIG_NAMES.map((name) => `\`${name}\``).join(', ')}`,
    details: { directory, names: [...CONFIG_NAMES] },
    hint: 'name one with `--config FILE`, or begin `octo.yaml`: `octo add ADDRESS --key KEY` for plugins of a repo, the lines `services: {NAME: {command: […]}}` for services to start',
  })
}
