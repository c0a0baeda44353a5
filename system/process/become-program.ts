// This process becomes another program, which then has its number, its streams and its place among processes: whoever
// started octo waits for that program itself. Nothing of Node may be left on it. Light: a warm run loads it.
import { flagsOf } from './descriptor-flags.ts'

type NewProgram = {
  /** Absolute path. */
  readonly file: string
  readonly argv: readonly string[]
  /** The name that it finds as its own; its path when there is none. */
  readonly argv0: string | undefined
  readonly env: Readonly<Record<string, string>>
}

/** Before this one, a program that could not be started ended Node with an abort. */
const FIRST_NODE = [26, 10] as const

/**
 * Only on Linux, where we can see what the program would get from Node. Not when a standard stream was opened as a stream
 * already, or came so: it does not wait, and stays like that for the program and for whoever shares it.
 */
export function canBecomeProgram(): boolean {
  return process.platform === 'linux' && isNewEnough() && [0, 1, 2].every((stream) => flagsOf(stream).waits)
}

function isNewEnough(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major > FIRST_NODE[0] || (major === FIRST_NODE[0] && minor >= FIRST_NODE[1])
}

/** Returns never, or throws what the system says: this process then goes on as before. */
export function becomeProgram({ file, argv, argv0, env }: NewProgram): void {
  endIgnoringSignals()
  const { emitWarning } = process
  // Said once for every call that Node still tries out, and seen only when it fails.
  process.emitWarning = () => undefined
  try {
    process.execve?.(file, [argv0 ?? file, ...argv], env)
  } finally {
    process.emitWarning = emitWarning
  }
}

/**
 * Node ignores these two, and a program inherits what is ignored: `yes | head -1` would never end. What is handled, by
 * whatever, has its usual effect again in the program. Handled they stay, as one that is handled no more would end octo.
 */
function endIgnoringSignals(): void {
  for (const signal of ['SIGPIPE', 'SIGXFSZ'] as const) process.on(signal, () => undefined)
}
