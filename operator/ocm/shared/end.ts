// Ends instances that several processes share, whoever started them: what nobody uses, what its starter left half started, what does
// not leave by itself, and what is to stop. All of it is done by whoever holds the lock.
import { existsSync, rmSync, statSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { DAY_MS } from '../../../schemas/duration.ts'
import { endProcesses } from '../../../system/process/end-processes.ts'
import { isAlive } from '../../../system/process/identity.ts'
import { isListenedOn } from '../../../system/process/listens-on.ts'
import { removeRuntimeFolder } from '../instance/runtime-folder.ts'
import { lastCallAt } from './kept-tally.ts'
import { putLogsAside } from './log-bounds.ts'
import type { SharedPlaces } from './places.ts'
import type { SharedRecord } from './record.ts'
import { isSameInstance, readRecord, removeRecord, writeRecord } from './record.ts'
import { isUsed } from './users.ts'

/** The plugin stops itself after its idle timeout; one that does not is ended a little later. */
const IDLE_FACTOR = 1.2
const IDLE_GRACE_MS = 1000
const LOOK_MS = 10

/** The processes that are left in spite of all. */
export async function endShared(places: SharedPlaces, record: SharedRecord): Promise<readonly number[]> {
  removeRecord(places)
  const { process: main, mark, killGraceMs, folder, id, socket } = record
  const left = await endProcesses({ main, mark }, { signal: 'SIGINT', timeoutMs: killGraceMs, target: 'main' })
  // Somebody else may listen under that name by now.
  const abandoned = socket !== undefined && isListenedOn(socket) ? undefined : socket
  removeRuntimeFolder({ path: folder, id }, main?.pid, abandoned)
  return left
}

/**
 * When this process uses it no more: ends it where nobody else does and it is not to stay. Whoever begins to use it meanwhile has
 * said so before looking for the record, and is seen here after that was taken away.
 */
export async function endUnused(places: SharedPlaces, own: SharedRecord, isKept: boolean): Promise<void> {
  const record = readRecord(places)
  if (!record || !isSameInstance(record, own)) return
  if (isKept && !record.isKept) return writeRecord(places, { ...record, isKept })
  if (isUsed(places) || (record.isKept && !isOverdue(places, record))) return
  removeRecord(places)
  if (isUsed(places)) return writeRecord(places, record)
  await endShared(places, record)
  forgetPlaces(places)
}

/** Lets calls under way finish, for a while; new ones wait until it is gone, and start another one. */
export async function stopShared(
  places: SharedPlaces,
  record: SharedRecord,
  drainMs: number,
): Promise<readonly number[]> {
  removeRecord(places)
  const deadline = performance.now() + drainMs
  while (isUsed(places) && performance.now() < deadline) await pause(LOOK_MS)
  return await endShared(places, record)
}

/** Nobody has asked it anything for longer than it may stay. */
function isOverdue(places: SharedPlaces, { startedAt, idleTimeoutMs }: SharedRecord): boolean {
  const last = Math.max(startedAt, lastCallAt(places) ?? 0)
  return Date.now() - last > idleTimeoutMs * IDLE_FACTOR + IDLE_GRACE_MS
}

/** Sets right what others left: an instance that is gone, was never well, or should have left; and logs that nobody looked after. */
export async function mendPlaces(places: SharedPlaces): Promise<void> {
  const record = readRecord(places)
  if (!record) forgetOld(places)
  else if (!record.process || !isAlive(record.process) || record.socket === undefined) await endShared(places, record)
  else if (isOverdue(places, record) && !isUsed(places)) await endShared(places, record)
  else await putLogsAside(places)
}

/** What it wrote stays for a day, for whoever wants to know why it ended. */
function forgetOld(places: SharedPlaces): void {
  const stat = statSync(places.folder, { throwIfNoEntry: false })
  if (stat && Date.now() - stat.mtimeMs > DAY_MS) forgetPlaces(places)
}

/** Of what nothing was ever written, or all was forgotten. */
export function forgetEmpty(places: SharedPlaces): void {
  if (!existsSync(places.name)) forgetPlaces(places)
}

/** With the lock that is held: whoever waits for it sees that it is another file then. */
function forgetPlaces({ folder }: SharedPlaces): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  } catch {
    // Somebody writes there again.
  }
}
