// How much lies below a folder while somebody else writes there. There is no quota that a user can set, so it is looked at again and
// again: what is written between two looks may be too much, and is found by the next.
import type { Dirent } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

type WatchedSize = Disposable & {
  /** Aborted when it was too much. */
  readonly signal: AbortSignal
  /** Looks now. */
  isTooLarge(): Promise<boolean>
}

/** Between two looks: at least this, and three times what a look takes. */
const PAUSE_MS = 500

export function watchSize(folder: string, maxBytes: number): WatchedSize {
  const found = new AbortController()
  const over = new AbortController()
  const isTooLarge = async () => (await sizeBelow(folder, maxBytes)) > maxBytes
  void watch()

  async function watch(): Promise<void> {
    while (!over.signal.aborted) {
      const since = performance.now()
      if (await isTooLarge()) return found.abort()
      const waitMs = Math.max(PAUSE_MS, 3 * (performance.now() - since))
      await pause(waitMs, undefined, { signal: over.signal, ref: false }).catch(() => undefined)
    }
  }

  return { signal: found.signal, isTooLarge, [Symbol.dispose]: () => over.abort() }
}

/** Bytes that the files take on the disk, no more than is needed to know that it is too much. */
async function sizeBelow(folder: string, enough: number): Promise<number> {
  let sum = 0
  const waiting = [folder]
  for (let next = waiting.pop(); next !== undefined && sum <= enough; next = waiting.pop()) {
    for (const entry of await entriesOf(next)) {
      const path = join(next, entry.name)
      if (entry.isDirectory()) waiting.push(path)
      else sum += await bytesOf(path)
    }
  }
  return sum
}

/** It may be gone by now. */
function entriesOf(folder: string): Promise<readonly Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch(() => [])
}

function bytesOf(path: string): Promise<number> {
  return lstat(path).then(
    ({ blocks }) => blocks * 512,
    () => 0,
  )
}
