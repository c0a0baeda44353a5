// Where the stores are, from the environment.
import { join, resolve } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import { userHome } from '../../system/files/user-home.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** `$OCTO_HOME`, else `octo` in the user's cache folder (`$XDG_CACHE_HOME`, `~/.cache`, `~/Library/Caches`, `%LocalAppData%`). */
export function storeRootOf(env: Environment, platform: string = process.platform): string {
  return env.OCTO_HOME ? resolve(env.OCTO_HOME) : join(cacheFolder(env, platform), 'octo')
}

/** The store that all users of this machine read, as `$OCTO_SHARED_STORE` names it; undefined when there is none. */
export function sharedRootOf(env: Environment): string | undefined {
  return env.OCTO_SHARED_STORE || undefined
}

function cacheFolder(env: Environment, platform: string): string {
  // A relative XDG path must be ignored (XDG Base Directory Specification).
  if (env.XDG_CACHE_HOME?.startsWith('/')) return env.XDG_CACHE_HOME
  const home = userHome(env) ?? nowhere()
  if (platform === 'win32') return env.LOCALAPPDATA ?? join(home, 'AppData', 'Local')
  return platform === 'darwin' ? join(home, 'Library', 'Caches') : join(home, '.cache')
}

function nowhere(): never {
  throw coded('IO_FAILED', {
    message: 'there is no place for the store: HOME is not set, and this user has no home folder',
    hint: 'set OCTO_HOME to a folder of your own',
  })
}
