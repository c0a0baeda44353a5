// A config as octo reads it, without what its documents hold for others.
import type { LoadConfigOptions } from '../../../config/load-config.ts'
import { loadWholeConfig } from '../../../config/load-config.ts'
import type { OctoConfig } from '../../../config/model/config.ts'
import type { ConfigDeps } from '../../../config/read-config.ts'
import { readWholeConfig } from '../../../config/read-config.ts'

export async function loadConfig(options: LoadConfigOptions): Promise<OctoConfig> {
  return (await loadWholeConfig(options)).config
}

export async function readConfig(paths: string | readonly string[] | undefined, deps: ConfigDeps): Promise<OctoConfig> {
  return (await readWholeConfig(paths, deps)).config
}
