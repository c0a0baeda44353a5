// What this process has of memory beside the heap of V8 and does not use: what the C library keeps for what may come, and pages of
// the program's own file that only the start needed. Linux alone; elsewhere nothing is done.
import { readFileSync, readlinkSync } from 'node:fs'
import { openCalls } from './c-library.ts'
import { isMemoryOurs } from './guest.ts'

const CALLS = {
  mallopt: { return: 'int32', arguments: ['int32', 'int32'] },
  malloc_trim: { return: 'int32', arguments: ['uint64'] },
  madvise: { return: 'int32', arguments: ['uint64', 'uint64', 'int32'] },
} as const

const M_MMAP_THRESHOLD = -3
const M_ARENA_MAX = -8
/** Whatever is larger is mapped by itself, and is the system's again as soon as it is free. */
const LARGE_BYTES = 128 * 1024
const MADV_DONTNEED = 4

let found: ReturnType<typeof openCalls<typeof CALLS>> | null = null

/** Not with every C library, nor in the process of others. */
function calls() {
  if (!isMemoryOurs()) return undefined
  if (found === null) found = openCalls(CALLS)
  return found?.functions
}

/** From now on: threads share one store of free memory in place of keeping one each. */
export function keepLittleSpare(): void {
  calls()?.mallopt(M_ARENA_MAX, 1)
  calls()?.mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
}

/** What is free in the C library. */
export function giveBackFreed(): void {
  calls()?.malloc_trim(0n)
}

/** Program pages too: those that are used again come back from the file, of which the system mostly has them in memory anyway. */
export function giveBackSpare(): void {
  const library = calls()
  if (!library) return
  giveBackFreed()
  for (const { from, to } of ownProgramPages()) library.madvise(from, to - from, MADV_DONTNEED)
}

type Pages = { readonly from: bigint; readonly to: bigint }

/** Those that are the same as in the file, so that nothing is lost: what was written to, as by the loader, stays. */
function ownProgramPages(): readonly Pages[] {
  try {
    return unwrittenPages(readFileSync('/proc/self/smaps', 'latin1'), readlinkSync('/proc/self/exe'))
  } catch {
    return []
  }
}

const MAPPING = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+ *(.*)$/
const PRIVATE_AND_READ_ONLY = new Set(['r--p', 'r-xp'])

// allow(dead-export): the test gives it what kernels of others say
export function unwrittenPages(smaps: string, program: string): readonly Pages[] {
  const pages: Pages[] = []
  let last: Pages | undefined
  for (const line of smaps.split('\n')) {
    const [, from, to, rights = '', path] = MAPPING.exec(line) ?? []
    if (from !== undefined)
      last =
        path === program && PRIVATE_AND_READ_ONLY.has(rights)
          ? { from: BigInt(`0x${from}`), to: BigInt(`0x${to}`) }
          : undefined
    else if (last && /^Anonymous: +0 kB$/.test(line)) pages.push(last)
  }
  return pages
}
