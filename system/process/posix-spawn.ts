// Starts a program without a copy of this process. Node forks, which takes as long as this process is large, and the thread that
// keeps time stands still meanwhile; `posix_spawn` takes the same fraction of a millisecond always. What the new program finds is
// what Node would have given it: standard streams alone, no signal ignored or blocked, a session of its own.
import { getSystemErrorName } from 'node:util'
import type { CLibrary } from './c-library.ts'
import { withOpenFilesOfCaller } from './callers-open-files.ts'
import type { Launch } from './launch.ts'

const SIGNALS_BYTES = 128
const POINTER_BYTES = 8

/** What the library keeps for itself takes 336 bytes and 80, in both C libraries of Linux. */
const AT = { pid: 0, attributes: 64, actions: 576, allSignals: 1088, noSignals: 1216, tables: 1344 } as const
/** SETSIGDEF, SETSIGMASK, SETSID. */
const FLAGS = 0x04 | 0x08 | 0x80

/** Descriptors of this process for standard input, output and error of the new one, each above those. */
type StandardStreams = readonly [number, number, number]

/** The number of the process. Throws what Node's `spawn` throws for the same reasons. */
export function posixSpawn(library: CLibrary, what: Launch, streams: StandardStreams): number {
  const call = callOf(library, what)
  const must = (errno: number) => {
    if (errno !== 0) throw new StartRefused(what.file, getSystemErrorName(-errno))
  }
  must(library.posix_spawnattr_init(call.attributes))
  must(library.posix_spawn_file_actions_init(call.actions))
  try {
    must(library.posix_spawnattr_setflags(call.attributes, FLAGS))
    must(library.posix_spawnattr_setsigdefault(call.attributes, call.allSignals))
    must(library.posix_spawnattr_setsigmask(call.attributes, call.noSignals))
    for (const [target, descriptor] of streams.entries())
      must(library.posix_spawn_file_actions_adddup2(call.actions, descriptor, target))
    must(library.posix_spawn_file_actions_addchdir_np(call.actions, call.cwd))
    // Not before: the library takes no descriptor above the limit as one that is open.
    must(
      withOpenFilesOfCaller(() =>
        library.posix_spawn(call.pid, call.file, call.actions, call.attributes, call.argv, call.env),
      ),
    )
    return call.memory.readInt32LE(AT.pid)
  } finally {
    library.posix_spawn_file_actions_destroy(call.actions)
    library.posix_spawnattr_destroy(call.attributes)
    // Whatever happened, it is held until here: without a use the memory could be collected while the library still reads it.
    call.memory.fill(0)
  }
}

/** All that the library reads and writes, in one piece of memory: what is not held goes away under its hands. */
type Call = {
  readonly memory: Buffer
  /** Addresses in it. */
  readonly pid: bigint
  readonly attributes: bigint
  readonly actions: bigint
  readonly allSignals: bigint
  readonly noSignals: bigint
  readonly file: bigint
  readonly cwd: bigint
  readonly argv: bigint
  readonly env: bigint
}

function callOf(library: CLibrary, { file, argv, argv0, env, cwd }: Launch): Call {
  const words = [argv0 ?? file, ...argv].map(textOf)
  const variables = Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [textOf(`${name}=${value}`)],
  )
  const texts = [textOf(file), textOf(cwd), ...words, ...variables]
  // Each table ends with a pointer to nothing.
  const tablesBytes = (words.length + 1 + variables.length + 1) * POINTER_BYTES
  const textsAt = AT.tables + tablesBytes
  const memory = Buffer.alloc(textsAt + texts.reduce((sum, text) => sum + text.length, 0))
  memory.fill(0xff, AT.allSignals, AT.allSignals + SIGNALS_BYTES)
  const base = library.addressOf(memory)
  let at = textsAt
  const addresses = texts.map((text) => {
    const address = base + BigInt(at)
    at += text.copy(memory, at)
    return address
  })
  const [fileAddress = 0n, cwdAddress = 0n, ...others] = addresses
  const envAt = AT.tables + (words.length + 1) * POINTER_BYTES
  writeTable(memory, AT.tables, others.slice(0, words.length))
  writeTable(memory, envAt, others.slice(words.length))
  return {
    memory,
    file: fileAddress,
    cwd: cwdAddress,
    pid: base + BigInt(AT.pid),
    attributes: base + BigInt(AT.attributes),
    actions: base + BigInt(AT.actions),
    allSignals: base + BigInt(AT.allSignals),
    noSignals: base + BigInt(AT.noSignals),
    argv: base + BigInt(AT.tables),
    env: base + BigInt(envAt),
  }
}

function writeTable(memory: Buffer, at: number, addresses: readonly bigint[]): void {
  for (const [index, address] of addresses.entries()) memory.writeBigUInt64LE(address, at + index * POINTER_BYTES)
}

/** Up to a zero byte the library would read, and all behind it would be lost without a word. */
function textOf(text: string): Buffer {
  if (text.includes('\0')) throw new StartRefused(text, 'EINVAL')
  return Buffer.from(`${text}\0`)
}

/** As Node's own error for the same: what it means is said by whoever starts the program. */
export class StartRefused extends Error {
  readonly code: string

  constructor(file: string, code: string) {
    super(`spawn ${file} ${code}`)
    this.code = code
  }
}
