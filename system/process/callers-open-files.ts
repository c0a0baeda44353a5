// The soft limit of open files that octo was called with. Node raises its own to the hard one when it starts, and a program that is
// started then has the raised one: one that was made for 1024 (`select`), or that closes whatever could be open, minds.
import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'
import { openCalls } from './c-library.ts'

const POINTER = 'pointer'
const NUMBER = 'int32'

const CALLS = {
  getrlimit: { return: NUMBER, arguments: [NUMBER, POINTER] },
  setrlimit: { return: NUMBER, arguments: [NUMBER, POINTER] },
} as const

/** The same number on all machines that have these calls. */
const RLIMIT_NOFILE = 7
const HARD_AT = 8

/** What starting a program opens itself, and other threads meanwhile. */
const ROOM = 64

let found: ReturnType<typeof openCalls<typeof CALLS>> | null = null

/** A program that `start` starts has the caller's limit; it must not wait for anything. Where the limit is not known, that of Node. */
export function withOpenFilesOfCaller<Started>(start: () => Started): Started {
  // allow(environment): it tells how this process began, which every start of a program asks, and nobody else
  using _ = lowered(limitOfCaller(process.env.OCTO_OPEN_FILES))
  return start()
}

/** As the launchers of octo say it: whoever starts Node by itself says nothing. */
function limitOfCaller(said: string | undefined): bigint | undefined {
  return said !== undefined && /^[1-9]\d{0,17}$/.test(said) ? BigInt(said) : undefined
}

function lowered(wanted: bigint | undefined): Disposable | undefined {
  if (wanted === undefined || !hasRoomBelow(wanted)) return undefined
  if (found === null) found = openCalls(CALLS)
  const library = found?.functions
  const own = Buffer.alloc(2 * HARD_AT)
  if (library?.getrlimit(RLIMIT_NOFILE, own) !== 0 || own.readBigUInt64LE() <= wanted) return undefined
  const callers = Buffer.from(own)
  callers.writeBigUInt64LE(wanted)
  if (library.setrlimit(RLIMIT_NOFILE, callers) !== 0) return undefined
  return { [Symbol.dispose]: () => void library.setrlimit(RLIMIT_NOFILE, own) }
}

/** The limit is the whole process's, and the lowest free number is the next to be opened: nothing of octo's may reach the limit. */
function hasRoomBelow(wanted: bigint): boolean {
  try {
    const next = openSync(devNull, 'r')
    closeSync(next)
    return BigInt(next + ROOM) < wanted
  } catch {
    // Without a free number, or without the file as in some sandboxes, what is wrong is for the start itself to say.
    return false
  }
}
