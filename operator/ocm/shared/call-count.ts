// How often a shared instance was asked, by all processes together, and when last. It is only shown: a count that is lost in a
// rush harms nobody.
import { statSync, utimesSync } from 'node:fs'
import { readIfWhole, writeDisposable } from '../../../system/files/atomic-file.ts'
import { lockFile } from '../../../system/process-lock.ts'
import type { SharedPlaces } from './places.ts'

export function readCallCount({ calls }: SharedPlaces): number {
  const count = Number(readIfWhole(calls) ?? 0)
  return Number.isSafeInteger(count) && count >= 0 ? count : 0
}

/** Milliseconds since 1970; undefined before the first call was counted. */
export function lastCallAt({ calls }: SharedPlaces): number | undefined {
  return statSync(calls, { throwIfNoEntry: false })?.mtimeMs
}

/** False where another process holds the lock: the calls are to be counted later. */
export function addCalls(places: SharedPlaces, calls: number): boolean {
  using lock = tryLockNow(places)
  if (!lock) {
    touch(places)
    return false
  }
  writeDisposable(places.calls, String(readCallCount(places) + calls), { staging: places.folder })
  return true
}

function tryLockNow({ lock }: SharedPlaces): Disposable | undefined {
  try {
    return lockFile(lock, 'exclusive')
  } catch {
    // The folder is gone, and the instance with it.
    return undefined
  }
}

function touch({ calls }: SharedPlaces): void {
  try {
    const now = new Date()
    utimesSync(calls, now, now)
  } catch {
    // Nothing was counted yet.
  }
}
