// When the store last made room by itself, what it removed, and what each tree takes.
import { join } from 'node:path'
import { parseJson } from '../../schemas/json.ts'
import { readIfWhole, writeDisposable } from '../../system/files/atomic-file.ts'
import type { Layout } from './layout.ts'
import type { KnownSizes } from './weigh-store.ts'

export type CollectionNote = {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly removed: number
  readonly removedBytes: number
  /** Time was up before all was removed: the next install goes on. */
  readonly unfinished: boolean
  readonly sizes: KnownSizes
}

const MAX_NOTE_BYTES = 16 * 1024 * 1024

/** Undefined where there is none, or something else is in its place. */
export function readCollection(layout: Layout): CollectionNote | undefined {
  try {
    const path = pathOf(layout)
    const found = parseJson(readIfWhole(path) ?? 'null', path, MAX_NOTE_BYTES) as Partial<CollectionNote> | null
    const { at, removed, removedBytes, unfinished, sizes } = found ?? {}
    const isNote = isTime(at) && typeof removed === 'number' && typeof removedBytes === 'number'
    return isNote && typeof sizes === 'object' && sizes !== null
      ? { at, removed, removedBytes, unfinished: unfinished === true, sizes }
      : undefined
  } catch {
    return undefined
  }
}

export function writeCollection(layout: Layout, note: CollectionNote): void {
  writeDisposable(pathOf(layout), JSON.stringify(note), { staging: layout.staging })
}

function isTime(at: unknown): at is number {
  return typeof at === 'number' && !Number.isNaN(new Date(at).getTime())
}

function pathOf({ base }: Layout): string {
  return join(base, 'collected.json')
}
