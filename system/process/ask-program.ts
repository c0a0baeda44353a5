// Asks a small program of this machine one question and waits for what it prints: its version, or what it knows about files. Nothing
// else of octo goes on meanwhile, so that the answer still fits when it is used. What runs longer is for run-process.ts.
import { spawnSync } from 'node:child_process'

type Question = {
  /** Absolute. */
  readonly file: string
  readonly argv: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** A minute when absent: a machine is never so busy. */
  readonly timeoutMs?: number
}

type ProgramAnswer = {
  /** Undefined when it could not be started, or was ended: by time, by a signal, or for too much output. */
  readonly exitCode: number | undefined
  readonly stdout: string
}

const ANSWER_MS = 60_000
const MAX_BYTES = 16 * 1024 * 1024

/** Never throws. */
export function askProgram({ file, argv, env = {}, timeoutMs = ANSWER_MS }: Question): ProgramAnswer {
  const { status, error, stdout } = spawnSync(file, argv, {
    encoding: 'utf8',
    cwd: '/',
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
    windowsHide: true,
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: MAX_BYTES,
  })
  return { exitCode: error ? undefined : (status ?? undefined), stdout: stdout ?? '' }
}
