// The output of a program goes to a file that it writes to itself, so that nobody has to live for it. Between two starts nobody
// writes, and a file that was written before makes room as it is.
import { appendFileSync, closeSync, constants, linkSync, openSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { replaceOpen, writeWhole } from '../../system/files/atomic-file.ts'
import type { KeptLog, Piece } from './kept-log.ts'
import { keptPath, liveOf, piecePath, readKept } from './kept-log.ts'

/** Above it, a part of a log is put aside. */
export const LARGE_LOG_BYTES = 10 * 1024 * 1024
/** How many that were put aside are kept. */
export const KEPT_LOGS = 3

/** Lines `TIME PLACE`, beside `web.log` in `web.times`: how far it was written when. */
export function timesPath(log: string): string {
  return `${log.slice(0, -'.log'.length)}.times`
}

const APPEND = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW

/**
 * A descriptor that every process of the service appends to. That room is made, or the time noted, is not worth a service that
 * does not start: `warn` is told.
 */
export function openLog(path: string, now: number, warn: (line: string) => void = () => undefined): number {
  try {
    putAsideWhole(path)
  } catch (error) {
    warn(`its log could not be put aside: ${codeOf(error)}`)
  }
  const file = openSync(path, APPEND, 0o600)
  try {
    noteTime(path, now)
  } catch (error) {
    warn(`the time could not be noted beside its log: ${codeOf(error)}`)
  }
  return file
}

/** One that was put aside in part is a file with a hole by now, and goes, too. */
function putAsideWhole(path: string): void {
  const kept = readKept(path)
  const live = liveOf(path, undefined, kept)
  if (!live || (live.to - live.from <= LARGE_LOG_BYTES && live.from === live.base)) return
  const piece = {
    number: nextNumber(kept),
    from: live.from,
    to: live.to,
    at: live.from - live.base,
    ends: true as const,
  }
  const aside = piecePath(path, piece.number)
  rmSync(aside, { force: true })
  // At every moment it is named once: a name more, then what counts, then another file in its place.
  linkSync(path, aside)
  const { next, dropped } = afterPuttingAside({ kept, live, added: [piece], from: piece.to })
  writeWhole(keptPath(path), JSON.stringify(next), { staging: dirname(path) })
  closeSync(replaceOpen(path, ''))
  forget(path, dropped)
}

export function nextNumber(kept: KeptLog | undefined): number {
  return Math.max(0, ...(kept?.pieces ?? []).map(({ number }) => number)) + 1
}

type PutAside = {
  readonly kept: KeptLog | undefined
  readonly live: { readonly inode: number; readonly base: number }
  readonly added: readonly Piece[]
  /** From here on the file that is written counts. */
  readonly from: number
}

/** What is kept then, and the pieces that are too many. */
export function afterPuttingAside({ kept, live, added, from }: PutAside) {
  const all = [...(kept?.pieces ?? []), ...added]
  const next: KeptLog = { v: 1, inode: live.inode, base: live.base, from, pieces: all.slice(-KEPT_LOGS) }
  return { next, dropped: all.slice(0, -KEPT_LOGS) }
}

export function forget(path: string, pieces: readonly Piece[]): void {
  for (const { number } of pieces) rmSync(piecePath(path, number), { force: true })
}

/** From here on, what is written is later than `now`. */
export function noteTime(path: string, now: number): void {
  appendFileSync(timesPath(path), `${Math.round(now)} ${liveOf(path)?.to ?? 0}\n`, { mode: 0o600 })
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error)
}
