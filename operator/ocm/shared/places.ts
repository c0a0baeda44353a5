// Where the processes of one user keep what they know of a plugin that they share: a folder that only this user enters, named by
// what is shared.
import { join } from 'node:path'
import { namesIfThere } from '../../../system/files/if-there.ts'
import type { Environment } from '../instance/runtime-folder.ts'
import { findRuntimeParent } from '../instance/runtime-folder.ts'

export type SharedPlaces = {
  /** By which one way of starting a plugin is told from another. */
  readonly key: string
  readonly folder: string
  /** Held by whoever starts, ends or forgets an instance. */
  readonly lock: string
  /** Says which instance runs. */
  readonly record: string
  /** How it was asked; its time is that of the last call. */
  readonly calls: string
  /** Of the plugin: what it printed is shown under it, also when it has ended. */
  readonly name: string
  /** What it printed, on each of its streams. */
  readonly stdout: string
  readonly stderr: string
}

const PREFIX = 's-'

export function sharedPlaces(parent: string, key: string): SharedPlaces {
  const folder = join(parent, `${PREFIX}${key}`)
  return {
    key,
    folder,
    lock: join(folder, 'lock'),
    record: join(folder, 'instance.json'),
    calls: join(folder, 'calls'),
    name: join(folder, 'name'),
    stdout: join(folder, 'stdout.log'),
    stderr: join(folder, 'stderr.log'),
  }
}

/** Of all that anybody shares, or has shared of late. */
export function allSharedPlaces(env: Environment): readonly SharedPlaces[] {
  const parent = findRuntimeParent(env)
  if (parent === undefined) return []
  return namesIfThere(parent)
    .filter((name) => name.startsWith(PREFIX))
    .sort()
    .map((name) => sharedPlaces(parent, name.slice(PREFIX.length)))
}
