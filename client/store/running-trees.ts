// Which artifacts of the store are being run just now: by the file of a process or by a word of its command line, as an interpreter
// has its script there. Read from /proc, which Linux has.
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { sep } from 'node:path'
import type { Digest } from '../../schemas/digest.ts'
import { isDigest } from '../../schemas/digest.ts'
import type { Layout } from './layout.ts'

/** Undefined where nobody can tell. */
export function runningDigests({
  trees,
  shimNames,
}: Pick<Layout, 'trees' | 'shimNames'>): ReadonlySet<Digest> | undefined {
  if (process.platform !== 'linux') return undefined
  // The system names a file by the way without links, whichever way the store is reached by.
  const folders = [trees, shimNames].flatMap((folder) => [folder, ...orNothing(() => [realpathSync(folder)])])
  const places = [...new Set(folders)].map((folder) => `${folder}${sep}`)
  const found = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(wordsOf)
    .flatMap((word) => places.flatMap((place) => digestsAfter(place, word)))
  return new Set(found)
}

/** Nothing of processes that others own or that have ended. */
function wordsOf(pid: string): readonly string[] {
  return [
    ...orNothing(() => [readlinkSync(`/proc/${pid}/exe`)]),
    ...orNothing(() => [readlinkSync(`/proc/${pid}/cwd`)]),
    ...orNothing(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')),
  ]
}

function orNothing(read: () => readonly string[]): readonly string[] {
  try {
    return read()
  } catch {
    return []
  }
}

/** Words may hold the path within them, as `--plugin=PATH` does. */
function digestsAfter(place: string, word: string): readonly Digest[] {
  return word
    .split(place)
    .slice(1)
    .map((rest) => `sha256:${rest.slice(0, 64)}`)
    .filter(isDigest)
}
