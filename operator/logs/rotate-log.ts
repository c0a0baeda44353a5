// Puts the older part of a log aside while its service goes on writing it, which loses no line: that part is copied, then counts
// as a piece, then gives its space back where it was. Killed at any moment, each byte counts once.
import type { FileHandle } from 'node:fs/promises'
import { open, rm } from 'node:fs/promises'
import { coded, messageOf } from '../../schemas/errors.ts'
import { replaceFile } from '../../system/files/atomic-file.ts'
import { isFull } from '../../system/files/errors.ts'
import { punchHole } from '../../system/files/punch-hole.ts'
import type { KeptLog, LiveLog, Piece } from './kept-log.ts'
import { keptPath, liveOf, piecePath, readKept } from './kept-log.ts'
import { afterPuttingAside, forget, KEPT_LOGS, LARGE_LOG_BYTES, nextNumber } from './log-files.ts'

const CHUNK_BYTES = 1024 * 1024
/** A piece ends with a line, when that is not longer. */
const LINE_BYTES = 64 * 1024
const BLOCK_BYTES = 4096

const underWay = new Map<string, Promise<unknown>>()

/** Resolves when nobody of this process puts anything of that log aside, or of any log. */
export async function rotated(path?: string): Promise<void> {
  await (path === undefined ? Promise.allSettled(underWay.values()) : underWay.get(path)?.catch(() => undefined))
}

/** `impossible`: this system or this file system gives no space back, and why. */
type Rotation = 'small' | 'rotated' | { readonly impossible: string }

export function rotateLog(path: string, warn: (line: string) => void, largeBytes = LARGE_LOG_BYTES): Promise<Rotation> {
  const rotation = rotate(path, { warn, largeBytes }).finally(() => underWay.delete(path))
  underWay.set(path, rotation)
  return rotation
}

type Setting = { readonly warn: (line: string) => void; readonly largeBytes: number }

async function rotate(path: string, { warn, largeBytes }: Setting): Promise<Rotation> {
  const kept = readKept(path)
  const live = liveOf(path, undefined, kept)
  if (!live) return 'small'
  // Before it has grown over the place where it was emptied.
  if (kept?.inode === live.inode && live.base !== kept.base) await commit(path, { ...kept, ...live })
  const count = Math.floor((live.to - live.from) / largeBytes)
  if (count < 1) return 'small'
  await using file = await open(path, 'r')
  if ((await file.stat()).ino !== live.inode) return 'small'
  const pieces = await piecesOf(file, { live, count, largeBytes, number: nextNumber(kept) })
  const from = pieces.at(-1)?.to ?? live.from
  const added = await copyAll(file, { path, pieces, kept, live, warn })
  const { next, dropped } = afterPuttingAside({ kept: added.kept, live, added: added.pieces, from })
  // Given up is it in any case then, and without its space not even that can be written down.
  const early = added.pieces.length === 0 ? await giveBack(path, from - live.base) : undefined
  await commit(path, next)
  forget(path, dropped)
  return early ?? (await giveBack(path, from - live.base))
}

type Division = {
  readonly live: LiveLog
  readonly count: number
  readonly largeBytes: number
  readonly number: number
}

/** Only as many as are kept: of a flood the older part would be given up at once. */
async function piecesOf(file: FileHandle, { live, count, largeBytes, number }: Division): Promise<readonly Piece[]> {
  const pieces: Piece[] = []
  let from = live.from
  for (let at = Math.max(0, count - KEPT_LOGS); at <= count; at++) {
    const to = at === 0 ? live.from : live.base + (await endOfLine(file, live.from - live.base + at * largeBytes))
    if (at > Math.max(0, count - KEPT_LOGS)) pieces.push({ number: number + pieces.length, from, to, at: 0 })
    from = to
  }
  return pieces
}

/** The end of the last line before it, where there is one that is not too far. */
async function endOfLine(file: FileHandle, before: number): Promise<number> {
  const start = Math.max(0, before - LINE_BYTES)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(before - start), 0, before - start, start)
  const end = buffer.subarray(0, bytesRead).lastIndexOf(0x0a)
  return end < 0 ? before : start + end + 1
}

type Copying = {
  readonly path: string
  readonly pieces: readonly Piece[]
  readonly kept: KeptLog | undefined
  readonly live: LiveLog
  readonly warn: (line: string) => void
}

/** On a full disk older pieces are given up for newer ones, then these. */
async function copyAll(file: FileHandle, copying: Copying): Promise<Pick<Copying, 'pieces' | 'kept'>> {
  const { path, pieces, kept, live, warn } = copying
  const attempts = [kept, kept && { ...kept, pieces: [] }]
  for (const left of kept && kept.pieces.length > 0 ? attempts : attempts.slice(0, 1)) {
    if (left !== kept) forget(path, kept?.pieces ?? [])
    try {
      for (const piece of pieces) await copy(file, piece, { to: piecePath(path, piece.number), base: live.base })
      if (left !== kept) warn('the disk is full: older parts of its log were given up')
      return { pieces, kept: left }
    } catch (error) {
      forget(path, pieces)
      if (!isFull(error)) throw error
    }
  }
  warn('the disk is full: a part of its log was given up')
  return { pieces: [], kept: kept && { ...kept, pieces: [] } }
}

async function copy(file: FileHandle, { from, to }: Piece, place: { readonly to: string; readonly base: number }) {
  // One that was not finished may lie there, or the log itself under a name more.
  await rm(place.to, { force: true })
  await using aside = await open(place.to, 'wx', 0o600)
  const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, to - from))
  for (let at = from - place.base; at < to - place.base; ) {
    const { bytesRead } = await file.read(chunk, 0, Math.min(chunk.length, to - place.base - at), at)
    if (bytesRead === 0) throw coded('IO_FAILED', { message: 'the log was emptied while it was read' })
    await aside.writeFile(chunk.subarray(0, bytesRead))
    at += bytesRead
  }
  await aside.sync()
}

function commit(path: string, { v, inode, base, from, pieces }: KeptLog): Promise<void> {
  return replaceFile(keptPath(path), JSON.stringify({ v, inode, base, from, pieces }), { mode: 0o600 })
}

/** What is next to it in the same block stays. */
async function giveBack(path: string, bytes: number): Promise<Rotation> {
  try {
    await punchHole(path, Math.floor(bytes / BLOCK_BYTES) * BLOCK_BYTES)
    return 'rotated'
  } catch (error) {
    return { impossible: messageOf(error) }
  }
}
