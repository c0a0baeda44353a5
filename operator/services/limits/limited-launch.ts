// Starts a program inside its limits: a shell goes into its cgroup, lowers what each process may open, and becomes the program, under
// the same number. So there is no moment in which the program runs without them. The variables of the program are nothing to the
// shell: it starts without them, and takes them from its standard input as the last thing that it does. A limit that the machine
// does not give keeps no service from its start: in-force.ts says which those are.
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { ServiceLimits } from '../../../config/model/service-spec.ts'
import { openInMemory } from '../../../system/files/memory.ts'
import { limitCgroup } from '../../../system/process/cgroup-limits.ts'
import type { Launch } from '../../../system/process/launch.ts'
import { MARK } from '../../../system/process/mark.ts'
import { openFilesOf } from '../../../system/process/open-files.ts'
import { makeCgroup } from '../../../system/process/process-cgroup.ts'
import { isProgramFile } from '../../../system/process/program-file.ts'

const SHELL = '/bin/sh'

type Limited = {
  readonly what: Launch
  /** Was made for it. */
  readonly cgroup?: string
  /** Its standard input, which is the caller's to close. */
  readonly input?: number
}

type Place = {
  /** Of its cgroup. */
  readonly name: string
  /** This user's alone, for the name by which the program is called; made when it is needed. */
  readonly folder: string
}

/** The same launch where it has no limits, or where none can be kept this way. */
export function limitedLaunch(what: Launch, limits: ServiceLimits | undefined, { name, folder }: Place): Limited {
  // What is not there is said by whoever starts it.
  if (!limits || !existsSync(SHELL) || !isThere(what)) return { what }
  const { openFiles, ...shared } = limits
  const cgroup = Object.keys(shared).length > 0 ? makeCgroup(name) : undefined
  if (cgroup !== undefined) limitCgroup(cgroup, shared)
  const most = openFiles === undefined ? undefined : openFilesHere(openFiles)
  const made = cgroup === undefined ? {} : { cgroup }
  const isThroughShell = cgroup !== undefined || most !== undefined
  if (!isThroughShell || !Object.keys(what.env).every(isPassedOn)) return { what, ...made }
  const input = openInMemory(variablesText(what.env))
  if (input === undefined) return { what, ...made }
  return { what: throughShell(named(what, folder), { cgroup, openFiles: most }), input, ...made }
}

/** Names that mean something to one shell or another, which takes no value for them or has its own. */
const OF_SHELLS =
  /^(?:_|UID|EUID|PPID|GROUPS|LINENO|OPT(?:IND|ARG|ERR)|S?RANDOM|SECONDS|EPOCH\w*|BASH\w*|SHELLOPTS|DIRSTACK|FUNCNAME|HIST\w*|COMP_\w*|POSIXLY_CORRECT|octo_whole)$/

/** Where a shell would lose one, the program goes into its cgroup right after its start. */
function isPassedOn(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !OF_SHELLS.test(name)
}

/** As commands of the shell, of which the last says that all were read. */
// allow(dead-export): the test gives it to a real shell, without a cgroup
export function variablesText(env: Launch['env']): string {
  const lines = Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [`export ${name}=${quoted(value)}\n`],
  )
  return `${lines.join('')}octo_whole=yes\n`
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`
}

/** A shell calls a program by its path, so that another name has to be the end of one. */
function named({ argv0, ...what }: Launch, folder: string): Launch {
  if (argv0 === undefined || argv0 === what.file || !what.file.startsWith('/')) return what
  if (basename(argv0) === basename(what.file)) return what
  const link = join(folder, basename(argv0))
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  rmSync(link, { force: true })
  symlinkSync(what.file, link)
  return { ...what, file: link }
}

/** Only root raises what it was given itself. */
function openFilesHere(wanted: number): number {
  return process.getuid?.() === 0 ? wanted : Math.min(wanted, openFilesOf('self') ?? wanted)
}

type Kept = { readonly cgroup: string | undefined; readonly openFiles: number | undefined }

const FIRST_LINE = 'test -z "$1" || echo 0 2>/dev/null >"$1" || :'

/** It is on its way into its limits. */
export function isStillShell(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(FIRST_LINE)
  } catch {
    return false
  }
}

/** What a shell adds to the variables by itself. */
const ADDED = ['PWD', 'OLDPWD', 'SHLVL']

/** `variablesText` of the program has to be its standard input. */
// allow(dead-export): the test gives it to a real shell, without a cgroup
export function throughShell(what: Launch, { cgroup, openFiles }: Kept): Launch {
  const { argv0: _, ...rest } = what
  const added = ADDED.filter((name) => what.env[name] === undefined)
  const script = [
    FIRST_LINE,
    'test -z "$2" || ulimit -n "$2" 2>/dev/null || :',
    'shift 2',
    '. /dev/stdin',
    'test "$octo_whole" = yes || exit 126',
    `unset ${['octo_whole', ...added].join(' ')}`,
    'exec "$@" </dev/null',
  ].join('\n')
  const procs = cgroup === undefined ? '' : join(cgroup, 'cgroup.procs')
  const words = [procs, openFiles === undefined ? '' : String(openFiles), what.file, ...what.argv]
  return { ...rest, file: SHELL, argv: ['-c', script, 'octo', ...words], env: { [MARK]: what.env[MARK] } }
}

/** As the shell will look for it. */
function isThere({ file, env, cwd }: Launch): boolean {
  if (!existsSync(cwd)) return false
  if (file.includes('/')) return isProgramFile(file)
  return (env.PATH ?? '').split(':').some((folder) => isProgramFile(join(folder === '' ? cwd : folder, file)))
}
