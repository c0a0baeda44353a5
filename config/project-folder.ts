// The folder in which octo keeps what it knows of one project, for its user alone. Two projects of one name in different
// places never share one.
import { createHash } from 'node:crypto'
import { chmodSync, lstatSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { coded } from '../schemas/errors.ts'
import { quote, shellWord } from '../schemas/quote.ts'
import { onDisk } from '../system/files/errors.ts'
import { makeFolder } from '../system/files/make-folder.ts'
import { problemOfPath } from '../system/files/owned-path.ts'
import { userHome } from '../system/files/user-home.ts'

type Environment = Readonly<Record<string, string | undefined>>

export type Project = {
  /** As the config says, else after the folder of its first document. */
  readonly name: string
  /** Its first document: an absolute path, or an address. */
  readonly document: string
}

/** What operators of containers accept as a name. */
export function projectOf(config: { readonly name?: string; readonly files: readonly string[] }): Project {
  const [document = ''] = config.files
  const path = isWeb(document) ? new URL(document).pathname.replace(/\.\w+$/, '') : dirname(document)
  return { name: config.name ?? (lowerWord(basename(path)) || 'project'), document }
}

/** Makes the folder where it is missing; throws STATE_UNSAFE, NO_SPACE or IO_FAILED. */
export function openProjectFolder(project: Project, env: Environment): string {
  return openPrivateFolder(projectFolder(project, env))
}

/** Makes a folder that only its user can enter, where it is missing; throws STATE_UNSAFE, NO_SPACE or IO_FAILED. */
export function openPrivateFolder(folder: string): string {
  onDisk(folder, () => makeFolder(folder, 0o700))
  requireOwn(folder)
  return folder
}

/** `~/.local/state/octo/projects/shop-4f2a…`: by name for people, by place for certainty. */
export function projectFolder(project: Project, env: Environment, platform: string = process.platform): string {
  return join(stateFolder(env, platform), 'octo', 'projects', projectFolderName(project))
}

/** A plain name that no other project has. */
export function projectFolderName({ name, document }: Project): string {
  const place = isWeb(document) ? document : dirname(realPlace(document))
  const digest = createHash('sha256').update(`${place}\0${name}`).digest('hex')
  return `${lowerWord(name).slice(0, 40) || 'project'}-${digest.slice(0, 16)}`
}

/** Where the first document of a project is, however somebody got to its folder; an address as it is. */
export function realPlace(document: string): string {
  return isWeb(document) ? document : join(realFolder(dirname(document)), basename(document))
}

function isWeb(document: string): boolean {
  return /^https?:/.test(document)
}

function realFolder(folder: string): string {
  try {
    return realpathSync(folder)
  } catch {
    return folder
  }
}

function lowerWord(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+|-+$/g, '')
}

/** The folder below which all programs of this user keep state. Throws IO_FAILED where there is no home. */
export function stateFolder(env: Environment, platform: string = process.platform): string {
  // A relative XDG path must be ignored (XDG Base Directory Specification).
  if (env.XDG_STATE_HOME?.startsWith('/')) return env.XDG_STATE_HOME
  const home = userHome(env)
  if (home === undefined)
    throw coded('IO_FAILED', {
      message: 'there is no place for the state of projects: HOME is not set, and this user has no home folder',
      hint: 'set XDG_STATE_HOME to a folder of your own',
    })
  if (platform === 'win32') return env.LOCALAPPDATA ?? join(home, 'AppData', 'Local')
  return platform === 'darwin' ? join(home, 'Library', 'Application Support') : join(home, '.local', 'state')
}

/** What lies in it holds secrets, and says what a project runs. */
function requireOwn(folder: string): void {
  const found = onDisk(folder, () => problemOfPath(folder))
  if (found)
    throw coded('STATE_UNSAFE', {
      message: `${found.place === folder ? '' : `${quote(found.place)} on the way to `}the folder of the project ${quote(folder)} ${found.problem}, found mode 0${found.mode}`,
      details: { folder, place: found.place, uid: found.uid, mode: found.mode },
      hint: found.own
        ? `run \`chmod go-w ${shellWord(found.place)}\``
        : 'set XDG_STATE_HOME to a folder of your own, below folders of your own or of root',
    })
  if ((lstatSync(folder).mode & 0o077) !== 0) onDisk(folder, () => chmodSync(folder, 0o700))
}
