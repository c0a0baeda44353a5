// Runs what is made of words that others wrote, for no longer than it may take: a pattern that tries everything there is ends by no timer
// of ours, which would wait for its turn behind it.
import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'
import type { Context } from 'node:vm'
import { createContext, Script } from 'node:vm'
import { coded } from '../../schemas/errors.ts'
import type { InTime } from '../../schemas/timed-out.ts'
import { TimedOut } from '../../schemas/timed-out.ts'

/** More than Node opens for the thread that looks at the clock. Where it gets none it ends the process at once, and nothing catches that. */
const NEEDED_FILES = 8

let room: (Context & { act?: (() => unknown) | undefined }) | undefined
let call: Script | undefined

/**
 * What `act` gives, or throws; TimedOut where that is not there within so many milliseconds, and IO_FAILED where this process has too many
 * files open to look at the clock meanwhile.
 */
export function inTime<T>(act: () => T, mostMs: number): T {
  room ??= createContext(Object.create(null))
  call ??= new Script('act()')
  requireFiles()
  room.act = act
  try {
    return call.runInContext(room, { timeout: mostMs })
  } catch (error) {
    throw isTimeout(error) ? new TimedOut(`it took longer than ${mostMs} ms`) : error
  } finally {
    room.act = undefined
  }
}

/** The same for whoever takes it as an argument. */
export function within(mostMs: number): InTime {
  return (act) => inTime(act, mostMs)
}

function isTimeout(error: unknown): boolean {
  return (error as { readonly code?: unknown } | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
}

function requireFiles(): void {
  const opened: number[] = []
  try {
    while (opened.length < NEEDED_FILES) opened.push(openSync(devNull, 'r'))
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    // Without the file itself, as in some sandboxes, nothing is known.
    if (code !== 'EMFILE' && code !== 'ENFILE') return
    throw coded('IO_FAILED', {
      message: 'too many files are open to check what others wrote in bounded time',
      details: { reason: code },
      hint: 'let the process open more files: `ulimit -n` shows how many it may',
      cause,
    })
  } finally {
    opened.forEach((file) => {
      closeSync(file)
    })
  }
}
