// The highest serial of a plugin document that this machine ever saw. Answers: a repo, or somebody in between, that serves
// yesterday's document to hide what changed since.
import { readIfWhole, writeUnlessReadOnly } from '../../system/files/atomic-file.ts'
import { STORE_DISK } from './disk.ts'
import type { Layout } from './layout.ts'
import { highestKnown } from './serials.ts'

/** The highest version of a list of plugins that this machine ever saw in a registry of OCM; undefined when none. */
export function readSeenVersion(layout: Layout, url: string): string | undefined {
  return readIfWhole(layout.seenSerial(url))
}

export function noteSeenVersion(layout: Layout, url: string, version: string): void {
  if (readSeenVersion(layout, url) !== version)
    writeUnlessReadOnly(layout.seenSerial(url), version, { staging: layout.staging, ...STORE_DISK })
}

/** 0 when the document was never seen. */
export function readSeenSerial(layout: Layout, url: string): number {
  return highestKnown([Number(readIfWhole(layout.seenSerial(url)) ?? 0)])
}

/** Not forced to disk: after a power cut the lockfile still knows the serial that it was resolved from. */
export function noteSeenSerial(layout: Layout, url: string, serial: number): void {
  if (serial > readSeenSerial(layout, url)) acceptSerial(layout, url, serial)
}

/** Remembers the serial in place of a higher one: a person said yes to it. */
export function acceptSerial(layout: Layout, url: string, serial: number): void {
  writeUnlessReadOnly(layout.seenSerial(url), String(serial), { staging: layout.staging, ...STORE_DISK })
}
