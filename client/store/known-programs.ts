// Programs of services that projects use: nothing but these notes says that the store has to keep them. A note counts while its
// project is there, and one service of a project has one program.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Digest } from '../../schemas/digest.ts'
import { isDigest } from '../../schemas/digest.ts'
import { parseJson } from '../../schemas/json.ts'
import { readIfWhole, writeUnlessReadOnly } from '../../system/files/atomic-file.ts'
import { onStoreDisk, STORE_DISK } from './disk.ts'
import type { Layout } from './layout.ts'

type Note = {
  /** Absolute path of the project's lockfile, which it may not have. */
  readonly project: string
  readonly service: string
  readonly digest: Digest
  readonly origin: string
}

const MAX_NOTE_BYTES = 64 * 1024

/** From a read-only store nothing is collected anyway. */
export function noteProgram(layout: Layout, { project, service, digest, origin }: Note): void {
  const path = layout.knownProgram(`${project}\0${service}`)
  const text = JSON.stringify({ project, service, digest, origin } satisfies Note)
  if (readIfWhole(path) !== text) writeUnlessReadOnly(path, text, { staging: layout.staging, ...STORE_DISK })
}

/** Of projects whose folder is still there, by digest: where each came from. Changes nothing. */
export function knownPrograms(layout: Layout): ReadonlyMap<Digest, readonly string[]> {
  const found = new Map<Digest, readonly string[]>()
  for (const { note } of notesIn(layout))
    if (note && isThere(note)) found.set(note.digest, [...new Set([...(found.get(note.digest) ?? []), note.origin])])
  return found
}

/** Forgets programs of projects that are not there. */
export function forgetGonePrograms(layout: Layout): void {
  for (const { path, note } of notesIn(layout))
    if (!note || !isThere(note)) onStoreDisk(path, () => rmSync(path, { recursive: true, force: true }))
}

function isThere({ project }: Note): boolean {
  return existsSync(dirname(project))
}

function notesIn(layout: Layout): readonly { readonly path: string; readonly note: Note | undefined }[] {
  return onStoreDisk(layout.knownPrograms, () => readdirSync(layout.knownPrograms)).map((name) => {
    const path = join(layout.knownPrograms, name)
    return { path, note: readNote(path) }
  })
}

/** The same, and of projects that are not there now, whose folder may come back: nothing is forgotten. */
export function notedPrograms(layout: Layout): readonly Digest[] {
  return notesIn(layout).flatMap(({ note }) => note?.digest ?? [])
}

function readNote(path: string): Note | undefined {
  try {
    const note = parseJson(readIfWhole(path) ?? 'null', path, MAX_NOTE_BYTES) as Partial<Note> | null
    const isNote = isDigest(note?.digest) && typeof note.project === 'string' && typeof note.origin === 'string'
    return isNote ? (note as Note) : undefined
  } catch {
    return undefined
  }
}
