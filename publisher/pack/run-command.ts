// Runs one build command in the project folder, without a shell, and keeps the end of what it prints for the error.
import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { commandEnvironment } from './command-environment.ts'
import type { BuildCommand } from './plan-commands.ts'

const MAX_KEPT = 16 * 1024
const SHOWN_LINES = 20

export type CommandContext = {
  readonly dir: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Further variables of it that commands may see. */
  readonly passEnv?: readonly string[] | undefined
  /** Takes what the command prints, line by line; for `--verbose`. */
  readonly onLine: (line: string) => void
}

/** Throws BUILD_FAILED with the exit code and the last lines of output. */
export async function runCommand(command: BuildCommand, context: CommandContext): Promise<void> {
  const child = spawn(command.program, command.args, {
    cwd: context.dir,
    env: commandEnvironment(context.env, {
      env: command.env,
      passEnv: [...command.passEnv, ...(context.passEnv ?? [])],
    }),
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  })
  const output: string[] = []
  const reading = Promise.all([keepLines(child.stdout, output, context), keepLines(child.stderr, output, context)])
  const ended = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`))
    child.once('exit', (code, signal) =>
      resolve(code === 0 ? undefined : `ended with ${signal ?? `exit code ${code}`}`),
    )
  })
  if (!ended?.startsWith('could')) await reading
  if (ended !== undefined) throw buildFailed(command, ended, output)
}

async function keepLines(stream: Readable, kept: string[], { onLine }: CommandContext): Promise<void> {
  let rest = ''
  const keep = (line: string) => {
    kept.push(line.slice(0, MAX_KEPT / SHOWN_LINES))
    if (kept.length > SHOWN_LINES) kept.shift()
    onLine(line)
  }
  for await (const chunk of stream.setEncoding('utf8')) {
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
