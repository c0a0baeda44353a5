// Which versions of octo run just now: registries, supervisors and checks go on with the files that they were started from.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { sep } from 'node:path'
import type { Places } from './places.ts'

export type RunningOcto = { readonly pid: number; readonly version: string }

/** Undefined where the system does not tell; this process is none of them. */
export function runningIn({ versions }: Places): readonly RunningOcto[] | undefined {
  if (process.platform !== 'linux') return undefined
  const prefix = `${versions}${sep}`
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return []
    const path = pathsOf(name).find((each) => each.startsWith(prefix))
    const version = path?.slice(prefix.length).split(sep)[0]
    return version ? [{ pid: Number(name), version }] : []
  })
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
