// Which program was taken out of an image, or built from a commit: nothing but this machine's own note says it, so that in a store
// that was carried here all of it is made anew.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Digest } from '../../schemas/digest.ts'
import { digestOf, isDigest } from '../../schemas/digest.ts'
import { stableJson } from '../../schemas/json.ts'
import { onStoreDisk } from './disk.ts'
import type { Layout } from './layout.ts'
import { readLastingRecord } from './own-record.ts'
import { writeOwnRecord } from './write-own-record.ts'

export type MadeProgram<More> = { readonly digest: Digest; readonly file: string; readonly more: More }

type Note = MadeProgram<unknown> & { readonly key: Digest }

/** Of everything that decides which program it is. */
export function keyOfMaking(grounds: unknown): Digest {
  return digestOf(stableJson(grounds))
}

/** Undefined where it was not made here. */
export function madeBefore<More>(layout: Layout, key: Digest): MadeProgram<More> | undefined {
  const note = readLastingRecord(layout.madeRecord(key))?.body as Partial<Note> | undefined
  if (note?.key !== key || !isDigest(note.digest) || typeof note.file !== 'string') return undefined
  return note as MadeProgram<More>
}

export function noteMade(layout: Layout, key: Digest, made: MadeProgram<unknown>): void {
  writeOwnRecord(layout, layout.madeRecord(key), { key, ...made } satisfies Note)
}

/** Notes of programs that nobody uses. */
export function unusedNotes(layout: Layout, roots: ReadonlySet<Digest>): readonly string[] {
  return onStoreDisk(layout.made, () => readdirSync(layout.made))
    .map((name) => join(layout.made, name))
    .filter((path) => {
      const note = readLastingRecord(path)?.body as Partial<Note> | undefined
      return !isDigest(note?.digest) || !roots.has(note.digest)
    })
}
