// Starts the program that an operator drives, in the foreground: its terminal, its exit code, its signals.
import type { ChildProcess } from 'node:child_process'
import { spawn, spawnSync } from 'node:child_process'
import { constants } from 'node:os'
import { text } from 'node:stream/consumers'
import { isatty } from 'node:tty'
import { OPERATOR_EXIT, OperatorProblem } from './problem.ts'

type Started = { readonly cwd?: string | undefined; readonly input?: string | undefined }

export type ProgramOutput = { readonly exitCode: number; readonly stdout: string }

const FORWARDED = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'] as const
/** A terminal sends these to the program by itself. */
const SENT_BY_TERMINALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT']

/** The exit code of the program, or 128 and the number of the signal that ended it. Throws OperatorProblem where it cannot be started. */
export async function runProgram(words: readonly string[], started: Started = {}): Promise<number> {
  return (await run(words, { ...started, stdout: 'inherit', stderr: 'inherit' })).exitCode
}

/** The same, with what it writes to standard output; `isQuiet` where its errors are no errors of the caller. */
export function readProgram(
  words: readonly string[],
  { isQuiet = false, ...started }: Started & { readonly isQuiet?: boolean } = {},
): Promise<ProgramOutput> {
  return run(words, { ...started, stdout: 'pipe', stderr: isQuiet ? 'ignore' : 'inherit' })
}

type Streams = { readonly stdout: 'inherit' | 'pipe'; readonly stderr: 'inherit' | 'ignore' }

async function run(
  words: readonly string[],
  { cwd, input, stdout, stderr }: Started & Streams,
): Promise<ProgramOutput> {
  const [file = '', ...argv] = words
  let started: ChildProcess | undefined
  const forward = (name: NodeJS.Signals) => {
    if (!(SENT_BY_TERMINALS.includes(name) && isatty(0))) started?.kill(name)
  }
  // From the first moment of the program on: a signal that nobody listens for would end the operator alone.
  for (const name of FORWARDED) process.on(name, forward)
  try {
    const child: ChildProcess = spawn(file, argv, {
      stdio: [input === undefined ? 'inherit' : 'pipe', stdout, stderr],
      cwd,
    })
    started = child
    const ended = endOf(child, file)
    child.stdin?.on('error', () => undefined).end(input)
    const [exitCode, read] = await Promise.all([ended, child.stdout ? text(child.stdout) : ''])
    return { exitCode, stdout: read }
  } finally {
    for (const name of FORWARDED) process.off(name, forward)
  }
}

function endOf(child: ChildProcess, file: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => reject(notStarted(file, error)))
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']))
  })
}

function notStarted(file: string, { code = '' }: NodeJS.ErrnoException): OperatorProblem {
  return new OperatorProblem(`\`${file}\` cannot be started: ${code}`, OPERATOR_EXIT.missing)
}

/** What a short question to a program gives; undefined where it is missing or fails. */
export function askProgram(words: readonly string[]): string | undefined {
  const [file = '', ...argv] = words
  const { status, stdout } = spawnSync(file, argv, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 20_000,
  })
  return status === 0 ? stdout : undefined
}
