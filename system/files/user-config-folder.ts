// Where octo keeps what a user said once for all projects.
import { homedir } from 'node:os'
import { join } from 'node:path'

/** `~/.config/octo`, `%APPDATA%\octo` */
export function userConfigFolder(env: Readonly<Record<string, string | undefined>>): string {
  const windows = process.platform === 'win32' ? env.APPDATA : undefined
  return join(env.XDG_CONFIG_HOME || windows || join(env.HOME || homedir(), '.config'), 'octo')
}
