// Locks between processes that the kernel releases, however a process ends. Node has no flock; SQLite's own file locks are
// the same thing (it takes 0.08 ms, and is free 0.13 ms after a SIGKILL). The files stay empty.

import { chmodSync, closeSync, constants, lstatSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { coded } from '../schemas/errors.ts'
import { quote } from '../schemas/quote.ts'
import { shownDuration } from '../schemas/shown-duration.ts'
import { clearPlace } from './files/atomic-file.ts'
import type { DiskWords } from './files/errors.ts'
import { onDisk } from './files/errors.ts'

type LockMode = 'shared' | 'exclusive'

type LockRequest = DiskWords & {
  readonly path: string
  readonly mode: LockMode
  /** What the lock protects, for the messages of those who wait. */
  readonly subject: string
  readonly onWait?: ((line: string) => void) | undefined
  readonly timeoutMs?: number | undefined
}

/** Another process may download a large file meanwhile, so patience is long. */
const TIMEOUT_MS = 5 * 60_000
const NOTICE_MS = 2_000
const FIRST_WAIT_MS = 2
const MAX_WAIT_MS = 50

/** SQLite's primary result codes that say something of a lock. */
const SQLITE = { busy: 5, locked: 6, noMemory: 7, corrupt: 11, protocol: 15, notADatabase: 26 } as const
const SQLITE_IOERR_NOMEM = 3082

/** Waits without blocking the event loop; throws STORE_BUSY after the timeout. */
export async function takeLock(request: LockRequest): Promise<Disposable> {
  const started = performance.now()
  const timeoutMs = request.timeoutMs ?? TIMEOUT_MS
  let told = false
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, MAX_WAIT_MS)) {
    const lock = await tryLock(request)
    if (lock) return lock
    const waited = performance.now() - started
    if (waited > timeoutMs) throw busy(request.subject, timeoutMs)
    if (waited > NOTICE_MS && !told) {
      told = true
      request.onWait?.(`waiting for another octo process that holds ${quote(request.subject)}`)
    }
    await sleep(waitMs * (0.5 + Math.random()))
  }
}

/**
 * Undefined while another connection, of this process or another, holds a lock that excludes it. The file is the store's own:
 * what else lies in its place is removed, and what it holds, as a carried store may have it, is emptied.
 */
export async function tryLock({ path, mode, ...words }: LockRequest): Promise<Disposable | undefined> {
  return onDisk(
    path,
    () => {
      clearPlace(path)
      // Nobody who holds the lock has written to it. A database of its own, one in WAL mode above all, locks by other rules.
      if ((lstatSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0) emptyInPlace(path)
      return lockFile(path, mode)
    },
    words,
  )
}

/**
 * The lock of the file as it lies there: made when it is missing, never removed or emptied. Undefined while another connection
 * holds one that excludes it; throws IO_FAILED for what is no file, and what SQLite says, which `whyNoLock` tells.
 */
export function lockFile(path: string, mode: LockMode): Disposable | undefined {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  let database: InstanceType<typeof DatabaseSync> | undefined
  requireFile(path)
  closeToReaders(path)
  try {
    database = new DatabaseSync(path, { timeout: 0 })
    if (mode === 'shared') database.exec('BEGIN; SELECT count(*) FROM sqlite_master')
    // A rollback journal would be a second file beside it, although nothing is ever written.
    else database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    const held = database
    return { [Symbol.dispose]: () => held.close() }
  } catch (error) {
    database?.close()
    if (resultOf(error) === SQLITE.busy) return undefined
    throw error
  }
}

/** SQLite would wait without end for whoever writes into a pipe, follow a link, and take a device for a file. */
function requireFile(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (!found || found.isFile()) return
  throw coded('IO_FAILED', {
    message: `${quote(path)} is no file, and cannot be locked`,
    details: { path },
    hint: 'move away what lies there; octo makes it anew',
  })
}

/**
 * Whoever may open a file for reading alone may lock it, too, and keep its owner from it for ever. So nobody may read it who may not
 * write it. One that is there is never opened for that: the end of any descriptor of it would be the end of this process's locks. What
 * lies in a folder of another user is for that user to close.
 */
function closeToReaders(path: string): void {
  try {
    if (statSync(dirname(path)).uid !== process.getuid?.()) return
    if (!madeClosed(path)) closeOwn(path)
  } catch {
    // What is wrong with it is for SQLite to say.
  }
}

function madeClosed(path: string): boolean {
  try {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600))
    return true
  } catch {
    return false
  }
}

function closeOwn(path: string): void {
  const found = lstatSync(path)
  if (!found.isFile() || found.nlink !== 1 || found.uid !== process.getuid?.()) return
  const mode = found.mode & 0o777
  const closed = [0o070, 0o007].reduce((left, others) => (mode & others & 0o022 ? left : left & ~others), mode)
  if (closed !== mode) chmodSync(path, closed)
}

/** Of what `lockFile` threw: the machine is short of something for the moment, or something else lies there, or the system refuses. */
export function whyNoLock(error: unknown): 'short' | 'no lock' | 'refused' {
  const { busy, locked, noMemory, protocol, corrupt, notADatabase } = SQLITE
  const result = resultOf(error)
  if ((error as { errcode?: number }).errcode === SQLITE_IOERR_NOMEM) return 'short'
  if ([busy, locked, noMemory, protocol].some((code) => code === result)) return 'short'
  return result === corrupt || result === notADatabase ? 'no lock' : 'refused'
}

/** SQLite's primary result code, without the detail in its higher bits. */
function resultOf(error: unknown): number {
  return ((error as { errcode?: number }).errcode ?? 0) & 0xff
}

/** Never by another file in its place: two processes would hold two locks. */
function emptyInPlace(path: string): void {
  closeSync(openSync(path, constants.O_WRONLY | constants.O_TRUNC | (constants.O_NOFOLLOW ?? 0)))
}

function busy(subject: string, timeoutMs: number): Error {
  return coded('STORE_BUSY', {
    message: `another process has held ${quote(subject)} for more than ${shownDuration(timeoutMs)}`,
    details: { subject, timeoutMs },
    // SQLite says no more of a disk that refuses each lock (ENOLCK) than of one that somebody holds.
    hint: 'wait for it or end it, then run the command again; nothing needs to be cleaned up. A network disk whose service for locks does not run looks the same',
  })
}
