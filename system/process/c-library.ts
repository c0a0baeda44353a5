// The calls of the C library by which a process is started without a copy of this one, through `node:ffi`. Linux alone, on
// machines whose pointers have eight bytes; whoever asks goes another way where they are not to be had.
import type { DynamicLibraryResult, FunctionDefinitions } from 'node:ffi'
import { isMainThread } from 'node:worker_threads'

const POINTER = 'pointer'
const NUMBER = 'int32'

const CALLS = {
  posix_spawn: { return: NUMBER, arguments: [POINTER, POINTER, POINTER, POINTER, POINTER, POINTER] },
  posix_spawnattr_init: { return: NUMBER, arguments: [POINTER] },
  posix_spawnattr_destroy: { return: NUMBER, arguments: [POINTER] },
  posix_spawnattr_setflags: { return: NUMBER, arguments: [POINTER, 'int16'] },
  posix_spawnattr_setsigdefault: { return: NUMBER, arguments: [POINTER, POINTER] },
  posix_spawnattr_setsigmask: { return: NUMBER, arguments: [POINTER, POINTER] },
  posix_spawn_file_actions_init: { return: NUMBER, arguments: [POINTER] },
  posix_spawn_file_actions_destroy: { return: NUMBER, arguments: [POINTER] },
  posix_spawn_file_actions_adddup2: { return: NUMBER, arguments: [POINTER, NUMBER, NUMBER] },
  posix_spawn_file_actions_addchdir_np: { return: NUMBER, arguments: [POINTER, POINTER] },
  pipe2: { return: NUMBER, arguments: [POINTER, NUMBER] },
  waitpid: { return: NUMBER, arguments: [NUMBER, POINTER, NUMBER] },
} as const

export type CLibrary = DynamicLibraryResult<typeof CALLS>['functions'] & {
  /** Where the bytes lie. They stay there only as long as somebody holds the buffer. */
  addressOf(bytes: Buffer): bigint
}

let found: CLibrary | undefined | null = null

/** Undefined where this Node or this system does not have them. */
export function cLibrary(): CLibrary | undefined {
  if (found === null) found = load()
  return found
}

function load(): CLibrary | undefined {
  const opened = openCalls(CALLS)
  return opened && { ...opened.functions, addressOf: opened.addressOf }
}

type Opened<Calls extends FunctionDefinitions> = {
  readonly functions: DynamicLibraryResult<Calls>['functions']
  readonly addressOf: CLibrary['addressOf']
}

/** All of them, or undefined. */
export function openCalls<Calls extends FunctionDefinitions>(calls: Calls): Opened<Calls> | undefined {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) return undefined
  // Signals reach the main thread alone, so that a worker would never learn that a process has ended.
  if (!isMainThread) return undefined
  const { emitWarning } = process
  // Said once for every call that Node still tries out.
  process.emitWarning = () => undefined
  try {
    const ffi = process.getBuiltinModule('node:ffi')
    if (ffi === undefined) return undefined
    return { functions: ffi.dlopen(null, calls).functions, addressOf: (bytes) => ffi.getRawPointer(bytes) }
  } catch {
    // It is not allowed here, or an older C library does not have them all.
    return undefined
  } finally {
    process.emitWarning = emitWarning
  }
}
