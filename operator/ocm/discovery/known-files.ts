// What is remembered of plugins that lie in folders: the digests of their files, for as long as nothing about them has changed, and
// what a program of a digest answered when it was asked for its capabilities. All of it can be thrown away.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Digest } from '../../../schemas/digest.ts'
import { hexOf, isDigest } from '../../../schemas/digest.ts'
import { bootId } from '../../../system/boot-id.ts'
import { readIfWhole, writeDisposable } from '../../../system/files/atomic-file.ts'
import { problemOfPath } from '../../../system/files/owned-path.ts'
import type { KnownFiles } from './open-file.ts'

export type Knowledge = KnownFiles &
  Disposable & {
    /** The text that a program of this digest printed. */
    capabilities(digest: Digest): string | undefined
    keepCapabilities(digest: Digest, text: string): void
  }

type Entry = readonly [identity: string, digest: Digest]

/** File systems stamp in steps, and servers of files by clocks of their own: a change soon after another may leave no trace. */
const SETTLED_NS = 60_000_000_000n

/** Below the store; writes what it learned when it is disposed of. Nothing is kept where others could change it. */
export function openKnowledge(storeRoot: string, now: () => number = Date.now): Knowledge {
  const folder = join(storeRoot, 'ocm')
  const isKept = isSafe(folder)
  const file = join(folder, 'digests.json')
  const found = isKept ? readEntries(file) : new Map<string, Entry>()
  let hasNews = false
  const textFile = (digest: Digest) => join(folder, `${hexOf(digest)}.json`)
  const write = (path: string, text: string) => writeDisposable(path, text, { staging: folder })
  return {
    digest(path, identity) {
      const entry = found.get(path)
      return entry?.[0] === identity ? entry[1] : undefined
    },
    remember(path, { identity, changedNs }, digest) {
      // What was changed just now is digested each time.
      if (BigInt(now()) * 1_000_000n - changedNs < SETTLED_NS) return
      if (found.get(path)?.[0] === identity) return
      found.set(path, [identity, digest])
      hasNews = true
    },
    capabilities: (digest) => (isKept ? readIfWhole(textFile(digest)) : undefined),
    keepCapabilities(digest, text) {
      if (isKept) write(textFile(digest), text)
    },
    [Symbol.dispose]() {
      if (isKept && hasNews) write(file, JSON.stringify({ v: 1, boot: bootId(), files: Object.fromEntries(found) }))
    },
  }
}

function isSafe(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return problemOfPath(folder) === undefined
  } catch {
    return false
  }
}

/** Identities count within one boot: after a power cut the times of a file may be on disk while its bytes are not. */
function readEntries(file: string): Map<string, Entry> {
  try {
    const { v, boot, files } = JSON.parse(readIfWhole(file) ?? '{}')
    if (v !== 1 || boot !== bootId()) return new Map()
    const entries = Object.entries(files as Record<string, Entry>)
    return new Map(entries.filter(([, entry]) => typeof entry[0] === 'string' && isDigest(entry[1])))
  } catch {
    return new Map()
  }
}
