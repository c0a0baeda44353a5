// For commands that run for days beside other work: V8 otherwise lets its heap grow to several times of what is in use, and the
// C library keeps as much again.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isMemoryOurs } from './guest.ts'
import { giveBackFreed, giveBackSpare, keepLittleSpare } from './spare-memory.ts'

/**
 * All are asked whenever the heap would grow. The space of new objects keeps its size, the one of old ones grows by a fifth, and what a
 * collection has freed of a page is the system's again.
 */
// allow(dead-export): the test asks this Node whether it knows each one
export const SMALL_HEAP_FLAGS = [
  '--semi-space-growth-factor=1',
  '--heap-growing-percent=20',
  '--optimize-for-size',
] as const

/** What a start needs it needs once: threads that compile it a second time take seven megabytes, and give nothing for it. */
// allow(dead-export): the test asks this Node whether it knows each one
export const UNOPTIMIZED_FLAGS = ['--no-opt', '--no-maglev'] as const
// allow(dead-export): the test asks this Node whether it knows each one
export const OPTIMIZED_FLAGS = ['--opt', '--maglev'] as const

/** A start that waits for what never comes is over by then. */
const LONGEST_START_MS = 60_000

/**
 * Of all threads of this process, from now on; it takes some more time for collecting. What runs again and again is optimised after
 * `giveBackMemory`, or when a start takes too long for that.
 */
export function keepHeapSmall(longestStartMs = LONGEST_START_MS): void {
  if (!isMemoryOurs()) return
  for (const flag of [...SMALL_HEAP_FLAGS, ...UNOPTIMIZED_FLAGS]) setFlagsFromString(flag)
  setTimeout(optimise, longestStartMs).unref()
  keepLittleSpare()
}

function optimise(): void {
  for (const flag of OPTIMIZED_FLAGS) setFlagsFromString(flag)
}

type Collect = (how: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void

/**
 * What the start of such a command took, a third of all that it has, and does not need any more. V8 would keep it for what may come. Everything
 * stands still meanwhile, for a tenth of a second. The start is over then.
 */
export function giveBackMemory(): void {
  if (!isMemoryOurs()) return
  setFlagsFromString('--expose-gc')
  try {
    const collect = runInNewContext('gc') as Collect
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  } finally {
    setFlagsFromString('--no-expose-gc')
    optimise()
  }
  giveBackSpare()
}

const SOON_MS = 1000
let isComing = false

/** Once what waits for an answer has it. */
export function giveBackMemorySoon(): void {
  if (isComing || !isMemoryOurs()) return
  isComing = true
  const act = () => {
    isComing = false
    giveBackMemory()
  }
  setTimeout(act, SOON_MS).unref()
}

const AGAIN_MS = 5000

/** Of what the C library keeps, as that grows again: in a few milliseconds each time. */
export function keepGivingBack(): Disposable {
  return every(AGAIN_MS, giveBackFreed)
}

/** Threads begin, and load what they need, in the first second: the most that such a command has in all its life is in it. */
const BEGUN_MS = [250, 500, 750, 1500]
/** Connections that come and go by the thousand leave several megabytes a second. */
const BUSY_AGAIN_MS = 500

/**
 * The same more often, from now on, and pages of the program too: for where nobody waits, as those that are needed again take their
 * time to come back.
 */
export function giveBackFromTheBegin(): Disposable {
  giveBackSpare()
  const begun = BEGUN_MS.map((ms) => setTimeout(giveBackSpare, ms).unref())
  const again = [every(BUSY_AGAIN_MS, giveBackFreed), every(AGAIN_MS, giveBackSpare)]
  return {
    [Symbol.dispose]: () => {
      for (const one of begun) clearTimeout(one)
      for (const one of again) one[Symbol.dispose]()
    },
  }
}

function every(ms: number, act: () => void): Disposable {
  const timer = setInterval(act, ms).unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
