// The output of a service goes to a file that it writes to itself, so that nobody has to live for it. Between two starts nobody
// writes, and a large file makes room without losing a line.
import { appendFileSync, closeSync, constants, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Places } from './places.ts'

/** Above it, a log is put aside at the next start. */
export const LARGE_LOG_BYTES = 10 * 1024 * 1024
/** How many that were put aside are kept. */
export const KEPT_LOGS = 3

export function logPath({ logs }: Places, id: string): string {
  return join(logs, `${id}.log`)
}

/** Lines `TIME SIZE`, beside `web.log` in `web.times` and beside `web.log.1` in `web.times.1`: how far it was written when. */
export function timesPath(log: string): string {
  return log.replace(/\.log(\.\d+)?$/, '.times$1')
}

/** A descriptor that every process of the service appends to. */
export function openLog(path: string, now: number): number {
  if (sizeOf(path) > LARGE_LOG_BYTES) putAside(path)
  const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW, 0o600)
  try {
    noteTime(path, now)
  } catch (error) {
    closeSync(file)
    throw error
  }
  return file
}

function putAside(path: string): void {
  for (const name of [path, timesPath(path)]) {
    rmSync(`${name}.${KEPT_LOGS}`, { force: true })
    for (let number = KEPT_LOGS - 1; number >= 0; number--) {
      const from = number === 0 ? name : `${name}.${number}`
      if (sizeOf(from) >= 0) renameSync(from, `${name}.${number + 1}`)
    }
  }
}

/** From here on, what is written is later than `now`. */
export function noteTime(path: string, now: number): void {
  appendFileSync(timesPath(path), `${Math.round(now)} ${Math.max(sizeOf(path), 0)}\n`, { mode: 0o600 })
}

/** -1 for a file that is not there. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? -1
}
