// Starts a program inside its limits: a shell goes into its cgroup, lowers what each process may open, and becomes the program, under
// the same number. So there is no moment in which the program runs without them. A limit that the machine does not give keeps no
// service from its start: in-force.ts says which those are.
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ServiceLimits } from '../../../config/model/service-spec.ts'
import { limitCgroup } from '../../../system/process/cgroup-limits.ts'
import type { Launch } from '../../../system/process/launch.ts'
import { openFilesOf } from '../../../system/process/open-files.ts'
import { makeCgroup } from '../../../system/process/process-cgroup.ts'

const SHELL = '/bin/sh'

type Limited = {
  readonly what: Launch
  /** Was made for it. */
  readonly cgroup?: string
}

/** `name`: of its cgroup. The same launch where it has no limits, or where none can be kept this way. */
export function limitedLaunch(what: Launch, limits: ServiceLimits | undefined, name: string): Limited {
  // What is not there is said by whoever starts it.
  if (!limits || !existsSync(SHELL) || !isThere(what)) return { what }
  const { openFiles, ...shared } = limits
  const cgroup = Object.keys(shared).length > 0 ? makeCgroup(name) : undefined
  if (cgroup !== undefined) limitCgroup(cgroup, shared)
  const most = openFiles === undefined ? undefined : openFilesHere(openFiles)
  const made = cgroup === undefined ? {} : { cgroup }
  const isThroughShell = cgroup !== undefined || most !== undefined
  if (!isThroughShell || !Object.keys(what.env).every(isNameOfShells)) return { what, ...made }
  return { what: throughShell(what, { cgroup, openFiles: most }), ...made }
}

/** Some shells pass no other on, and then the program goes into its cgroup right after its start. */
function isNameOfShells(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
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
const OF_SHELLS = ['PWD', 'OLDPWD', 'SHLVL']

export function throughShell(what: Launch, { cgroup, openFiles }: Kept): Launch {
  const { argv0: _, ...rest } = what
  const added = OF_SHELLS.filter((name) => what.env[name] === undefined)
  const script = [
    FIRST_LINE,
    'test -z "$2" || ulimit -n "$2" 2>/dev/null || :',
    'shift 2',
    ...(added.length > 0 ? [`unset ${added.join(' ')}`] : []),
    'exec "$@"',
  ].join('\n')
  const procs = cgroup === undefined ? '' : join(cgroup, 'cgroup.procs')
  const words = [procs, openFiles === undefined ? '' : String(openFiles), what.file, ...what.argv]
  return { ...rest, file: SHELL, argv: ['-c', script, 'octo', ...words] }
}

/** As the shell will look for it. */
function isThere({ file, env, cwd }: Launch): boolean {
  if (!existsSync(cwd)) return false
  if (file.includes('/')) return isProgram(file)
  return (env.PATH ?? '').split(':').some((folder) => isProgram(join(folder === '' ? cwd : folder, file)))
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
