// What a service has written is one stream, of which a part is kept: pieces that were put aside, then the file that it still
// writes. Places in the stream are counted from its beginning and never change, whatever is put aside or given up.
import { fstatSync, statSync } from 'node:fs'
import { readIfWhole } from '../../system/files/atomic-file.ts'

/** Of the stream `from` to `to`. */
export type Piece = {
  readonly number: number
  readonly from: number
  readonly to: number
  /** Where in its file the first byte stands. */
  readonly at: number
  /** Whoever wrote it had ended: what follows goes on with no line of it. */
  readonly ends?: true
}

/** Says which pieces there are and what of the file that is written is in none of them. What it does not name is not there. */
export type KeptLog = {
  readonly v: 1
  /** The file that is written; another one in its place goes on where this one ended. */
  readonly inode: number
  /** Where in the stream that file begins, and from where on it counts: what is before is in pieces, or given up. */
  readonly base: number
  readonly from: number
  /** Oldest first. */
  readonly pieces: readonly Piece[]
}

/** The file that is written. */
export type LiveLog = { readonly inode: number; readonly base: number; readonly from: number; readonly to: number }

/** `web.1.log` has it in `web.1.kept`. */
export function keptPath(log: string): string {
  return `${log.slice(0, -'.log'.length)}.kept`
}

export function piecePath(log: string, number: number): string {
  return `${log}.${number}`
}

export function readKept(log: string): KeptLog | undefined {
  try {
    const found = JSON.parse(readIfWhole(keptPath(log)) ?? '') as KeptLog | null
    return found?.v === 1 && Array.isArray(found.pieces) ? found : undefined
  } catch {
    return undefined
  }
}

/** What an open file, or that of this path, is of the stream; undefined where there is none. */
export function liveOf(log: string, file?: number, kept = readKept(log)): LiveLog | undefined {
  const stat = file === undefined ? statSync(log, { throwIfNoEntry: false }) : fstatSync(file)
  if (!stat) return undefined
  const { ino: inode, size } = stat
  const isSame = kept?.inode === inode && size >= kept.from - kept.base
  // One that is shorter than it was has been emptied by somebody, and goes on at its beginning.
  const { base, from } = isSame ? kept : { base: kept?.from ?? 0, from: kept?.from ?? 0 }
  return { inode, base, from, to: base + size }
}

/** Bytes that can be read; -1 where nothing was written yet. */
export function keptBytes(log: string): number {
  const kept = readKept(log)
  const live = liveOf(log, undefined, kept)
  if (!live) return -1
  return live.to - live.from + (kept?.pieces ?? []).reduce((sum, { from, to }) => sum + to - from, 0)
}

/** -1 for a file that is not there. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? -1
}
