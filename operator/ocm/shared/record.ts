// What is written down of an instance that several processes share. It lies where only this user writes; what it says is believed
// of no process and of no socket before both were looked at.
import { rmSync } from 'node:fs'
import { z } from 'zod'
import type { Digest } from '../../../schemas/digest.ts'
import { isDigest } from '../../../schemas/digest.ts'
import { readIfWhole, writeWhole } from '../../../system/files/atomic-file.ts'
import type { SharedPlaces } from './places.ts'

const recordShape = z.object({
  v: z.literal(1),
  plugin: z.string(),
  /** Where it lies. */
  program: z.string(),
  /** Of the program that was started. */
  digest: z.custom<Digest>(isDigest),
  /** Absent while it is about to be started: then its mark tells what was. */
  process: z.object({ boot: z.string(), pid: z.int().positive(), start: z.string() }).optional(),
  /** Carried by all that it starts. */
  mark: z.string(),
  /** By which it names what it makes elsewhere. */
  id: z.string(),
  /** Of its temporary files. */
  folder: z.string(),
  /** Where it listens; absent until it is known to be well. */
  socket: z.string().optional(),
  idleTimeoutMs: z.number(),
  killGraceMs: z.number(),
  /** It takes no calls any more. */
  isLeaving: z.boolean().optional(),
  /** It stays when nobody uses it, for its idle timeout. */
  isKept: z.boolean(),
  /** Milliseconds since 1970. */
  startedAt: z.number(),
})

export type SharedRecord = z.output<typeof recordShape>

/** Undefined where none is written, or nothing that can be read. */
export function readRecord({ record }: SharedPlaces): SharedRecord | undefined {
  try {
    const text = readIfWhole(record)
    return text === undefined ? undefined : recordShape.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

export function writeRecord({ record, folder }: SharedPlaces, what: SharedRecord): void {
  writeWhole(record, JSON.stringify(what), { staging: folder })
}

/** From then on nobody else begins to use it. */
export function removeRecord({ record }: SharedPlaces): void {
  rmSync(record, { force: true })
}

/** Whether it may still be used: nobody has begun to end it. */
export function isStanding(places: SharedPlaces, own: SharedRecord): boolean {
  return isSameInstance(readRecord(places), own)
}

export function isSameInstance(one: SharedRecord | undefined, other: SharedRecord): boolean {
  return one?.id === other.id
}
