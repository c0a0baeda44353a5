// Which versions of octo run just now, or are needed by what runs: registries, supervisors and checks go on with the files that they were
// started from, and plugins of theirs find the guard of Node there as long as they live.
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { join, sep } from 'node:path'
import { environmentOf, isChanging, patiently } from '../../system/process/environment.ts'
import type { ProcessStat } from '../../system/process/identity.ts'
import { statOf } from '../../system/process/identity.ts'
import type { Places } from './places.ts'

export type RunningOcto = { readonly pid: number; readonly version: string }

/**
 * Undefined where the system does not tell, as of the processes of another user: these are known to run an octo of this installation by
 * the words that they were started with, and these lead through `current`. This process is none of them.
 */
export function runningIn({ root, versions }: Pick<Places, 'root' | 'versions'>): readonly RunningOcto[] | undefined {
  if (process.platform !== 'linux') return undefined
  // The system names a file by the way without links, whichever way the installation is reached by.
  const roots = [root, orNothing(() => realpathSync(root))].filter((folder) => folder !== '')
  const folders = [versions, ...roots.map((folder) => join(folder, 'versions'))]
  const found: RunningOcto[] = []
  let asked = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
  let isTold = true
  const look = () => {
    const changing: ProcessStat[] = []
    for (const name of asked) {
      const { program, words, options, changes } = lookAt(name)
      const [version] = [program, ...words, ...options].flatMap((path) =>
        folders.flatMap((folder) => versionIn(path, folder)),
      )
      if (version) found.push({ pid: Number(name), version })
      else if (program === '' && isStartedFrom(roots, words)) isTold = false
      else if (changes) changing.push(changes)
    }
    asked = changing.map(({ pid }) => String(pid))
    return { changing: isTold ? changing : [] }
  }
  // In the moment in which a process becomes another program it says nothing of what it needs.
  patiently(look)
  return isTold ? found : undefined
}

function versionIn(path: string, folder: string): readonly string[] {
  const prefix = `${folder}${sep}`
  const [version = ''] = path.startsWith(prefix) ? path.slice(prefix.length).split(sep) : []
  return version === '' ? [] : [version]
}

function isStartedFrom(roots: readonly string[], words: readonly string[]): boolean {
  return words.some((word) => roots.some((root) => word.startsWith(`${join(root, 'current')}${sep}`)))
}

type Looked = {
  /** Empty where the system does not tell. */
  readonly program: string
  /** A script is one of these. */
  readonly words: readonly string[]
  /** Paths that Node is told of by its environment, where it is this user's to read. */
  readonly options: readonly string[]
  /** Where it shows no environment just now. */
  readonly changes: ProcessStat | undefined
}

function lookAt(pid: string): Looked {
  const environment = environmentOf(Number(pid))
  const variables = (environment?.toString() ?? '').split('\0')
  const stat = environment?.length === 0 ? statOf(Number(pid)) : undefined
  return {
    changes: stat && isChanging(stat, environment) ? stat : undefined,
    program: orNothing(() => readlinkSync(`/proc/${pid}/exe`)),
    words: orNothing(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).split('\0'),
    options: variables.filter((each) => each.startsWith('NODE_OPTIONS=')).flatMap((each) => each.split(/[="]/)),
  }
}

/** It may have ended meanwhile, or be another user's. */
function orNothing(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}
