// What an instance is told when it is started: the argument of `--config`, which everybody on the machine can read, and a file in its
// own folder for configurations that may hold secrets.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderConfigFile, renderPluginConfig } from '../../../schemas/contract/ocm/plugin-config.ts'
import { onDisk } from '../../../system/files/errors.ts'
import type { InstanceFacts } from './instance-facts.ts'
import type { RuntimeFolder } from './runtime-folder.ts'

/** Writes the file, which goes with the folder; throws IO_FAILED. */
export function configArgument(facts: InstanceFacts, { id, path }: Pick<RuntimeFolder, 'id' | 'path'>): string {
  const { idleTimeoutMs, configTypes, hiddenConfigTypes = [], listen } = facts
  const config = { id, type: listen, idleTimeoutMs, configTypes }
  if (hiddenConfigTypes.length === 0) return renderPluginConfig(config)
  const configFile = join(path, 'config.json')
  onDisk(configFile, () => writeFileSync(configFile, renderConfigFile(hiddenConfigTypes), { flag: 'wx', mode: 0o600 }))
  return renderPluginConfig({ ...config, configFile })
}
