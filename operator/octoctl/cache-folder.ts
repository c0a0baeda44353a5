// Where octoctl keeps the config of a project for its operator: `octocompose/NAME` in the user's cache folder. Scripts and
// operators that look there go on finding it.
import { join } from 'node:path'
import type { Project } from '../../config/project-folder.ts'
import { openPrivateFolder, projectFolderName } from '../../config/project-folder.ts'
import { coded } from '../../schemas/errors.ts'
import { userHome } from '../../system/files/user-home.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** A name that is a folder of its own and nothing else; octoctl itself follows `../`. */
const PLAIN = /^(?!\.)[\w.-]{1,100}$/

/** Throws STATE_UNSAFE, NO_SPACE or IO_FAILED. */
export function openCacheFolder(project: Project, env: Environment): string {
  const folder = PLAIN.test(project.name) ? project.name : projectFolderName(project)
  return openPrivateFolder(join(cacheFolder(env), 'octocompose', folder))
}

/** As Go's os.UserCacheDir says. */
function cacheFolder(env: Environment, platform: string = process.platform): string {
  const isXdg = platform !== 'win32' && platform !== 'darwin'
  if (isXdg && env.XDG_CACHE_HOME?.startsWith('/')) return env.XDG_CACHE_HOME
  const home = userHome(env)
  if (home === undefined)
    throw coded('IO_FAILED', {
      message: 'there is no place for what octoctl keeps: HOME is not set, and this user has no home folder',
      hint: 'set HOME to a folder of your own',
    })
  if (platform === 'win32') return env.LOCALAPPDATA ?? join(home, 'AppData', 'Local')
  return platform === 'darwin' ? join(home, 'Library', 'Caches') : join(home, '.cache')
}
