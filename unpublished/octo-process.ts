// Runs words of this very octo, each in a process of its own.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { ERROR_CODES } from '../schemas/error-codes.ts'
import { coded } from '../schemas/errors.ts'
import { printable, quote } from '../schemas/quote.ts'
import { launch } from '../system/process/launch.ts'
import { signalCode } from '../system/process/process-group.ts'

export type OctoSetting = {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Gone afterwards: no error names it. */
  readonly folder: string
  /** Aborted once a signal came, to this process or to its child as well: then nothing more is begun. */
  readonly stopped: AbortSignal
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export type OctoEnd = { readonly exitCode: number | null; readonly signal: NodeJS.Signals | null }

/** What it gave as JSON. Throws the error that the command itself ended with. */
export async function answerOf<Answer>(octo: OctoSetting, words: readonly string[]): Promise<Answer> {
  using signals = handingOn(octo)
  const child = await start(octo, [...words, '--json'], 'pipe')
  signals.to(child)
  const [out, err, end] = await Promise.all([textOf(child.stdout), textOf(child.stderr), endOf(child)])
  requireGoingOn(octo, words)
  if (end.exitCode === 0) return JSON.parse(out)
  const said = err.replaceAll(`${octo.folder}/`, '')
  throw errorIn(said) ?? failed(words, end, said)
}

/** Throws INTERRUPTED: whatever the word came to, nobody waits for what comes behind it. */
function requireGoingOn({ stopped }: OctoSetting, [word = '']: readonly string[]): void {
  if (!stopped.aborted) return
  throw coded('INTERRUPTED', {
    message: `interrupted in ${quote(`octo ${word}`)}, before the plugin ran: nothing of it stays`,
    details: { word },
    hint: 'run the same command again: it begins anew',
  })
}

/** With `--json`, an error is the last thing that is said. */
function errorIn(text: string): Error | undefined {
  try {
    const { error } = JSON.parse(text.slice(Math.max(0, text.search(/^\{$/m))))
    const { code, message, details, hint } = error
    return Object.hasOwn(ERROR_CODES, code) ? coded(code, { message, details, ...(hint ? { hint } : {}) }) : undefined
  } catch {
    return undefined
  }
}

function failed([word = '']: readonly string[], { exitCode, signal }: OctoEnd, said: string): Error {
  const how = signal === null ? `failed with exit code ${exitCode}` : `was ended by ${signal}`
  const words = said.trim()
  return coded('OS_FAILED', {
    message: `${quote(`octo ${word}`)} ${how}${words === '' ? '' : `: ${printable(words, 1000)}`}`,
    details: { word, exitCode, ...(signal === null ? {} : { signal }) },
  })
}

/** Shows what it prints, and gives how it ended. */
export async function showRun(octo: OctoSetting, words: readonly string[]): Promise<OctoEnd> {
  using signals = handingOn(octo)
  const child = await start(octo, words, 'inherit')
  signals.to(child)
  return await endOf(child)
}

/** As shells count: 128 and the number of the signal. */
export function shellCodeOf({ exitCode, signal }: OctoEnd): number {
  return exitCode ?? (signal === null ? 1 : signalCode(signal))
}

/**
 * Ctrl-C reaches the child as well, which ends in its own way; what only this process is told is handed on. Then the folder is cleaned up.
 * From before the first moment of the child on: a signal that nobody listens for would end this process alone.
 */
function handingOn({ stopped }: OctoSetting): Disposable & { to(child: ChildProcess): void } {
  let child: ChildProcess | undefined
  let isEarly = false
  const onSignal = (signal: NodeJS.Signals) => {
    if (!child) isEarly = true
    else if (signal !== 'SIGINT') child.kill(signal)
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return {
    to(started) {
      child = started
      // It came while the child was started, which may have been too early for Ctrl-C to reach it.
      if (isEarly || stopped.aborted) child.kill('SIGTERM')
    },
    [Symbol.dispose]() {
      for (const signal of SIGNALS) process.off(signal, onSignal)
    },
  }
}

async function endOf(child: ChildProcess): Promise<OctoEnd> {
  const [exitCode, signal] = await once(child, 'close')
  return { exitCode, signal }
}

async function start(octo: OctoSetting, words: readonly string[], stdio: 'pipe' | 'inherit'): Promise<ChildProcess> {
  requireGoingOn(octo, words)
  const { cwd, env } = octo
  const what = { file: process.execPath, argv: [process.argv[1] ?? '', ...words], env, cwd }
  return launch(what, {
    stdio: [stdio === 'inherit' ? 'inherit' : 'ignore', stdio, stdio],
    ownGroup: false,
    words: (_what, { cause }) => coded('OS_FAILED', { message: `octo could not be started: ${cause.message}`, cause }),
  })
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = ''
  if (stream) for await (const chunk of stream.setEncoding('utf8')) text += chunk
  return text
}
