// Which unit of systemd belongs to a config, and where it lies.
import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { defaultConfigPath } from '../../client/index.ts'
import { realPlace } from '../../config/project-folder.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { userConfigFolder } from '../../system/files/user-config-folder.ts'
import type { Terminal } from '../../terminal/index.ts'
import type { SessionOptions } from '../operator-session.ts'
import { placesOf } from '../services/project/places.ts'

export type AutostartOptions = Pick<SessionOptions, 'config' | 'lock' | 'frozen' | 'offline'> & {
  readonly system?: boolean
  readonly user?: string
  readonly now?: boolean
  readonly print?: boolean
}

export type Place = { readonly terminal: Terminal; readonly cwd: string; readonly env: NodeJS.ProcessEnv }

export type Unit = { readonly name: string; readonly path: string; readonly manager: readonly string[] }

/** Absolute, and a file: what a web address says is for a local config to include. */
export function configOf(
  { config: [first] = [] }: Pick<AutostartOptions, 'config'>,
  { cwd }: Pick<Place, 'cwd'>,
): string {
  const path = first === undefined ? defaultConfigPath(cwd) : /^https?:/i.test(first) ? undefined : resolve(cwd, first)
  if (path !== undefined && existsSync(path)) return realPlace(path)
  throw coded('CONFIG_NOT_FOUND', {
    message:
      path === undefined
        ? 'there is no local config here whose services could start'
        : `there is no config ${quote(path)}`,
    hint: 'name one with `octo autostart enable --config FILE`',
  })
}

export function unitOf(
  configPath: string,
  { system = false }: Pick<AutostartOptions, 'system'>,
  env: NodeJS.ProcessEnv,
): Unit {
  const folder = basename(dirname(configPath))
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .slice(0, 40)
  const name = `octo-${folder || 'project'}-${placesOf(configPath, env).key}.service`
  if (system) return { name, path: join('/etc/systemd/system', name), manager: [] }
  const configs = dirname(userConfigFolder(env))
  return { name, path: join(configs, 'systemd', 'user', name), manager: ['--user'] }
}
