// How a shared plugin was asked, by all processes together and over all of its instances, and when last. It is only shown: a count that
// is lost in a rush harms nobody.
import { statSync, utimesSync } from 'node:fs'
import { readIfWhole, writeDisposable } from '../../../system/files/atomic-file.ts'
import { lockFile } from '../../../system/process-lock.ts'
import type { CallTally } from '../call/call-tally.ts'
import { parseTally, sum } from '../call/call-tally.ts'
import type { SharedPlaces } from './places.ts'

export function readTally({ calls }: SharedPlaces): CallTally {
  return parseTally(readIfWhole(calls))
}

/** Milliseconds since 1970; undefined before the first call was counted. */
export function lastCallAt({ calls }: SharedPlaces): number | undefined {
  return statSync(calls, { throwIfNoEntry: false })?.mtimeMs
}

/** False where another process holds the lock: the calls are to be counted later. */
export function addToTally(places: SharedPlaces, more: CallTally): boolean {
  using lock = tryLockNow(places)
  if (!lock) {
    touch(places)
    return false
  }
  addWithLock(places, more)
  return true
}

/** With the lock that is held. */
export function addWithLock(places: SharedPlaces, more: CallTally): void {
  writeDisposable(places.calls, JSON.stringify(sum(readTally(places), more)), { staging: places.folder })
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
