// Which versions of octo run just now: registries, supervisors and checks go on with the files that they were started from.
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { sep } from 'node:path'
import type { Places } from './places.ts'

export type RunningOcto = { readonly pid: number; readonly version: string }

/** Undefined where the system does not tell; this process is none of them. */
export function runningIn({ versions }: Places): readonly RunningOcto[] | undefined {
  if (process.platform !== 'linux') return undefined
  // The system names a file by the way without links, whichever way the installation is reached by.
  const folders = [versions, orNothing(() => realpathSync(versions))].filter((folder) => folder !== '')
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return []
    const [version] = pathsOf(name).flatMap((path) => folders.flatMap((folder) => versionIn(path, folder)))
    return version ? [{ pid: Number(name), version }] : []
  })
}

function versionIn(path: string, folder: string): readonly string[] {
  const prefix = `${folder}${sep}`
  const [version = ''] = path.startsWith(prefix) ? path.slice(prefix.length).split(sep) : []
  return version === '' ? [] : [version]
}

/** Its program and the words that it was started with: a script is one of these. */
function pathsOf(pid: string): readonly string[] {
  return [
    orNothing(() => readlinkSync(`/proc/${pid}/exe`)),
    ...orNothing(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).split('\0'),
  ]
}

/** It may have ended meanwhile, or be another user's. */
function orNothing(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}
