// Plugins that somebody keeps running and that do not run: each process that keeps some writes down which, and when it tries them again,
// for people to see. What a process wrote counts for as long as it lives.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { readIfWhole, writeWhole } from '../../../system/files/atomic-file.ts'
import { namesIfThere } from '../../../system/files/if-there.ts'
import { hasEnded, nameOfThisProcess } from '../../../system/process/own-name.ts'
import type { Environment } from '../instance/runtime-folder.ts'
import { findRuntimeParent, makeRuntimeParent } from '../instance/runtime-folder.ts'

const troubleShape = z.object({
  plugin: z.string(),
  /** `broken`: it failed again and again, and is left alone for longer each time. */
  state: z.enum(['starting', 'backing off', 'broken']),
  reason: z.string(),
  failures: z.number(),
  /** Milliseconds since 1970. */
  againAt: z.number(),
})

export type Trouble = z.output<typeof troubleShape>

const PREFIX = 't-'
const listShape = z.array(troubleShape)

/** What this process says from now on; nothing of it is left where there is none. Throws NO_SPACE or IO_FAILED. */
export function noteTroubles(env: Environment, troubles: readonly Trouble[]): void {
  // Elsewhere nobody could tell whether this process lives.
  if (process.platform !== 'linux') return
  const parent = makeRuntimeParent(env)
  const path = join(parent, `${PREFIX}${nameOfThisProcess()}`)
  if (troubles.length === 0) rmSync(path, { force: true })
  else writeWhole(path, JSON.stringify(troubles), { staging: parent })
}

/** Of all processes of this user that live; takes away what others left. */
export function troublesOf(env: Environment): readonly Trouble[] {
  const parent = findRuntimeParent(env)
  if (parent === undefined) return []
  const names = namesIfThere(parent).filter((name) => name.startsWith(PREFIX))
  return names.flatMap((name) => {
    const path = join(parent, name)
    if (!hasEnded(name.slice(PREFIX.length))) return readTroubles(path)
    rmSync(path, { force: true })
    return []
  })
}

function readTroubles(path: string): readonly Trouble[] {
  try {
    return listShape.safeParse(JSON.parse(readIfWhole(path) ?? '[]')).data ?? []
  } catch {
    return []
  }
}
