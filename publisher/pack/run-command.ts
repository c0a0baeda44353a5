// Runs one build command in the project folder, without a shell, and keeps the end of what it prints for the error.
import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { isErrno } from '../../system/errno.ts'
import { beforeSignal } from '../../system/process/before-signal.ts'
import { launch } from '../../system/process/launch.ts'
import { commandEnvironment } from './command-environment.ts'
import type { BuildCommand } from './plan-commands.ts'

const MAX_KEPT = 16 * 1024
const SHOWN_LINES = 20

type CommandContext = {
  readonly dir: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Further variables of it that commands may see. */
  readonly passEnv?: readonly string[] | undefined
  /** Takes what the command prints, line by line; for `--verbose`. */
  readonly onLine: (line: string) => void
}

/** Throws BUILD_FAILED with the exit code and the last lines of output. */
export async function runCommand(command: BuildCommand, context: CommandContext): Promise<void> {
  let started: ChildProcess | undefined
  // Ctrl-C reaches the whole group, and what only octo is told has to end the command as well: from its first moment on, as a signal that
  // nobody listens for would end octo alone.
  using _signalled = beforeSignal((signal) => void started?.kill(signal === 'SIGINT' ? 'SIGTERM' : signal))
  const child = await start(command, context)
  started = child
  const ended = endOf(child)
  const output: string[] = []
  await Promise.all([keepLines(child.stdout, output, context), keepLines(child.stderr, output, context)])
  const failure = await ended
  if (failure !== undefined) throw buildFailed(command, failure, output)
}

function start(command: BuildCommand, { dir, env, passEnv = [] }: CommandContext): Promise<ChildProcess> {
  const own = commandEnvironment(env, { env: command.env, passEnv: [...command.passEnv, ...passEnv] })
  return launch(
    { file: command.program, argv: command.args, env: own, cwd: dir },
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      // In the group of octo Ctrl-C ends the command with all it started, and tools can ask for a passphrase on the terminal.
      ownGroup: false,
      words: (_what, { cause }) => buildFailed(command, `could not be started: ${whyNot(command, cause)}`, []),
    },
  )
}

/** Of a folder that is not there Node says the same as of a program. */
function whyNot({ program }: BuildCommand, cause: Error): string {
  const isMissing = isErrno(cause, 'ENOENT')
  return isMissing ? `there is no ${quote(program)}${program.includes('/') ? '' : ' in PATH'}` : cause.message
}

/** How it failed; undefined when it did not. */
function endOf(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) =>
      resolve(code === 0 ? undefined : `ended with ${signal ?? `exit code ${code}`}`),
    )
  })
}

async function keepLines(stream: Readable | null, kept: string[], { onLine }: CommandContext): Promise<void> {
  let rest = ''
  const keep = (line: string) => {
    kept.push(line.slice(0, MAX_KEPT / SHOWN_LINES))
    if (kept.length > SHOWN_LINES) kept.shift()
    onLine(line)
  }
  for await (const chunk of stream?.setEncoding('utf8') ?? []) {
    const lines = `${rest}${chunk}`.split('\n')
    rest = (lines.pop() ?? '').slice(-MAX_KEPT)
    for (const line of lines) keep(line)
  }
  if (rest) keep(rest)
}

function buildFailed({ program, args }: BuildCommand, how: string, output: readonly string[]): Error {
  const line = [program, ...args].join(' ')
  return coded('BUILD_FAILED', {
    message: `build command ${quote(line)} ${how}`,
    details: { command: line.slice(0, 500), output: output.join('\n') },
    hint: 'the command runs without a shell in the folder of plugin.yaml; `--verbose` shows all it prints',
  })
}
