// Runs what is made of words that others wrote, for no longer than it may take: a pattern that tries everything there is ends by no timer
// of ours, which would wait for its turn behind it.
import type { Context } from 'node:vm'
import { createContext, Script } from 'node:vm'

let room: (Context & { act?: (() => unknown) | undefined }) | undefined
let call: Script | undefined

export class TimedOut extends Error {}

/** What `act` gives, or throws; TimedOut where that is not there within so many milliseconds. */
export function inTime<T>(act: () => T, mostMs: number): T {
  room ??= createContext(Object.create(null))
  call ??= new Script('act()')
  room.act = act
  try {
    return call.runInContext(room, { timeout: mostMs })
  } catch (error) {
    throw isTimeout(error) ? new TimedOut(`it took longer than ${mostMs} ms`) : error
  } finally {
    room.act = undefined
  }
}

function isTimeout(error: unknown): boolean {
  return (error as { readonly code?: unknown } | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
}
