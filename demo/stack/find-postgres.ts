// Looks for a PostgreSQL that this machine has, and for a user that it can run as: it refuses to run as root.
import { accessSync, constants, globSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { launch } from '../../system/process/launch.ts'
import { textOf } from '../run-octo.ts'

export type FoundPostgres = {
  readonly isFound: true
  /** Folder of `initdb` and `postgres`. */
  readonly bin: string
  readonly version: string
  /** Who owns its files, and the words before a command that run it as that user; nobody else and none unless octo is root. */
  readonly owner?: { readonly uid: number; readonly gid: number }
  readonly runAs: readonly string[]
}
type NoPostgres = { readonly isFound: false; readonly why: string }

type Environment = Readonly<Record<string, string | undefined>>

/** Where packages of distributions put it, out of the PATH. */
const USUAL_PLACES = ['/usr/lib/postgresql/*/bin', '/usr/pgsql-*/bin', '/usr/local/pgsql/bin', '/opt/postgresql*/bin']
const HOW_TO_GET =
  '`apt-get install postgresql`, or your distribution’s word for it, brings one; `--postgres FOLDER` names one elsewhere'

/** `named` is the folder of its programs, or `none`. Throws USAGE for a folder that has none. */
export async function findPostgres(named: string | undefined, env: Environment): Promise<FoundPostgres | NoPostgres> {
  if (named === 'none') return { isFound: false, why: 'left out, as `--postgres none` asks' }
  const bin = named === undefined ? usualFolders(env).find(hasPrograms) : named
  if (bin === undefined) return { isFound: false, why: `none on this machine: ${HOW_TO_GET}` }
  if (!hasPrograms(bin))
    throw coded('USAGE', {
      message: `folder ${quote(bin)} has no \`initdb\` and \`postgres\` that can be run`,
      hint: 'name the folder of the programs of PostgreSQL, such as `--postgres /usr/lib/postgresql/17/bin`',
    })
  return asUser(dirname(realpathSync(join(bin, 'initdb'))), env)
}

function usualFolders({ PATH = '' }: Environment): string[] {
  return [...PATH.split(':').filter(Boolean), ...USUAL_PLACES.flatMap((place) => globSync(place).sort().reverse())]
}

function hasPrograms(folder: string): boolean {
  return ['initdb', 'postgres'].every((program) => isExecutable(join(folder, program)))
}

async function asUser(bin: string, env: Environment): Promise<FoundPostgres | NoPostgres> {
  const version = await versionOf(bin, env)
  if (process.getuid?.() !== 0) return { isFound: true, bin, version, runAs: [] }
  const owner = ordinaryUser()
  const setpriv = (env.PATH ?? '')
    .split(':')
    .map((folder) => join(folder, 'setpriv'))
    .find(isExecutable)
  if (!owner || !setpriv)
    return { isFound: false, why: 'PostgreSQL does not run as root, and `setpriv` to another user is not here' }
  const { uid, gid } = owner
  const runAs = [setpriv, `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups']
  return { isFound: true, bin, version, owner, runAs }
}

/** `postgres (PostgreSQL) 15.14 (Debian …)`. */
async function versionOf(bin: string, env: Environment): Promise<string> {
  const child = await launch(
    { file: join(bin, 'postgres'), argv: ['--version'], env: { PATH: env.PATH }, cwd: '/' },
    {
      stdio: ['ignore', 'pipe', 'ignore'],
      ownGroup: false,
      words: (_what, { cause }) =>
        coded('OS_FAILED', { message: `PostgreSQL cannot be started: ${cause.message}`, cause }),
    },
  )
  const said = await textOf(child.stdout)
  return /\d+(\.\d+)*/.exec(said)?.[0] ?? 'of an unknown version'
}

function ordinaryUser(): { readonly uid: number; readonly gid: number } | undefined {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const found = ['postgres', 'nobody'].map((name) => users.find(([user]) => user === name)).find(Boolean)
  return found && { uid: Number(found[2]), gid: Number(found[3]) }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
