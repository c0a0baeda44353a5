// Looks after plugins that stay while nobody uses them: what they print is kept within bounds, and one that should have left is ended.
// One process does it for all of a user, for as long as there is one to look after.
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { lockFile } from '../../../system/process-lock.ts'
import { noteTime } from '../../logs/log-files.ts'
import type { Environment } from '../instance/runtime-folder.ts'
import { findRuntimeParent } from '../instance/runtime-folder.ts'
import { mendPlaces } from './end.ts'
import { tryPlaces } from './lock.ts'
import type { SharedPlaces } from './places.ts'
import { allSharedPlaces } from './places.ts'
import { readRecord } from './record.ts'

const LOOK_MS = 1000
const NOTE_MS = 60_000

/**
 * Until nothing is kept any more, or somebody else does it. Whoever writes that one is to stay looks for a keeper afterwards: this one looks
 * once more when it has let go of its lock, so that none is left alone between the two.
 */
export async function keepShared(env: Environment, signal: AbortSignal, lookMs = LOOK_MS): Promise<void> {
  while (keptPlaces(env).length > 0 && !signal.aborted) {
    using lock = lockKeeper(env)
    if (!lock) return
    await lookAfter(env, signal, lookMs)
  }
}

/** Something is kept, and nobody looks after it. */
export function lacksKeeper(env: Environment): boolean {
  if (keptPlaces(env).length === 0) return false
  using lock = lockKeeper(env)
  return lock !== undefined
}

async function lookAfter(env: Environment, signal: AbortSignal, lookMs: number): Promise<void> {
  let notedAt = performance.now()
  for (;;) {
    const kept = keptPlaces(env)
    if (kept.length === 0) return
    const mayNote = performance.now() - notedAt > NOTE_MS
    if (mayNote) notedAt = performance.now()
    // What cannot be done now, as on a full disk, may be later.
    for (const places of kept) await mend(places, mayNote).catch(() => undefined)
    await pause(lookMs, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return
  }
}

async function mend(places: SharedPlaces, mayNote: boolean): Promise<void> {
  using lock = tryPlaces(places)
  if (!lock) return
  await mendPlaces(places)
  if (mayNote && readRecord(places)) for (const path of [places.stdout, places.stderr]) noteTime(path, Date.now())
}

function keptPlaces(env: Environment): readonly SharedPlaces[] {
  return allSharedPlaces(env).filter((places) => readRecord(places)?.isKept === true)
}

/** Undefined while somebody holds it. */
function lockKeeper(env: Environment): Disposable | undefined {
  const parent = findRuntimeParent(env)
  return parent === undefined ? undefined : lockFile(join(parent, 'keeper.lock'), 'exclusive')
}
