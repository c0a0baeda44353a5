// Where the lockfile of a config is. A lockfile belongs to one config: locking another one never removes its entries.
// Imports nothing of ours, because warm runs start with it.
import { basename, dirname, join, resolve } from 'node:path'

export const LOCK_NAME = 'octo.lock'

/**
 * `octo.lock` beside `octo.yaml` or `config.yaml`, else the config's own name: `prod.lock` beside `prod.yaml`. For a config
 * from the web in the working directory. `lock` is what `--lock` says.
 */
export function lockPathOf(configPath: string, cwd: string, lock?: string): string {
  if (lock !== undefined) return resolve(cwd, lock)
  const isWeb = /^https?:/.test(configPath)
  const path = isWeb ? new URL(configPath).pathname : configPath
  return join(isWeb ? cwd : dirname(resolve(cwd, configPath)), lockNameOf(basename(path)))
}

function lockNameOf(config: string): string {
  const name = /^[^.].*(?=\.ya?ml$)/i.exec(config)?.[0]
  return name === undefined || name === 'octo' || name === 'config' ? LOCK_NAME : `${name}.lock`
}
