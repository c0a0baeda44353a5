// Where octo keeps what a user said once for all projects.
import { join } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import { userHome } from './user-home.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** `~/.config/octo`, `%APPDATA%\octo`. Throws IO_FAILED where there is no home. */
export function userConfigFolder(env: Environment): string {
  const folder = foundUserConfigFolder(env)
  if (folder !== undefined) return folder
  throw coded('IO_FAILED', {
    message: 'there is no place for what a user says: HOME is not set, and this user has no home folder',
    hint: 'set XDG_CONFIG_HOME to a folder of your own',
  })
}

/** Undefined for users that no list of users knows, as containers have them: nothing was said there. */
export function foundUserConfigFolder(env: Environment): string | undefined {
  const base = configHome(env)
  return base === undefined ? undefined : join(base, 'octo')
}

function configHome(env: Environment): string | undefined {
  const { XDG_CONFIG_HOME, APPDATA } = env
  // A relative XDG path must be ignored (XDG Base Directory Specification).
  if (XDG_CONFIG_HOME?.startsWith('/')) return XDG_CONFIG_HOME
  if (process.platform === 'win32' && APPDATA) return APPDATA
  const home = userHome(env)
  return home === undefined ? undefined : join(home, '.config')
}
