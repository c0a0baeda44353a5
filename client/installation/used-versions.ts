// Which versions of octo run just now, or are needed by what runs: registries, supervisors and checks go on with the files that they were
// started from, and plugins of theirs find the guard of Node there as long as they live.
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { join, sep } from 'node:path'
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
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue
    const { program, words, options } = lookAt(name)
    const [version] = [program, ...words, ...options].flatMap((path) =>
      folders.flatMap((folder) => versionIn(path, folder)),
    )
    if (version) found.push({ pid: Number(name), version })
    else if (program === '' && isStartedFrom(roots, words)) return undefined
  }
  return found
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
}

function lookAt(pid: string): Looked {
  const variables = orNothing(() => readFileSync(`/proc/${pid}/environ`, 'utf8')).split('\0')
  return {
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
