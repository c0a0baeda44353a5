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
}

export type OctoEnd = { readonly exitCode: number | null; readonly signal: NodeJS.Signals | null }

/** What it gave as JSON. Throws the error that the command itself ended with. */
export async function answerOf<Answer>(octo: OctoSetting, words: readonly string[]): Promise<Answer> {
  const child = await start(octo, [...words, '--json'], 'pipe')
  const [out, err, [code]] = await Promise.all([textOf(child.stdout), textOf(child.stderr), ended(child)])
  if (code === 0) return JSON.parse(out)
  const said = err.replaceAll(`${octo.folder}/`, '')
  throw errorIn(said) ?? failed(words, code, said)
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

function failed([word = '']: readonly string[], exitCode: number | null, said: string): Error {
  return coded('OS_FAILED', {
    message: `${quote(`octo ${word}`)} failed with exit code ${exitCode}: ${printable(said.trim(), 1000)}`,
    details: { word, exitCode },
  })
}

/** Shows what it prints, and gives how it ended. */
export async function showRun(octo: OctoSetting, words: readonly string[]): Promise<OctoEnd> {
  const child = await start(octo, words, 'inherit')
  const [exitCode, signal] = await ended(child)
  return { exitCode, signal }
}

/** As shells count: 128 and the number of the signal. */
export function shellCodeOf({ exitCode, signal }: OctoEnd): number {
  return exitCode ?? (signal === null ? 1 : signalCode(signal))
}

/** Ctrl-C reaches the child as well, which ends in its own way; what only this process is told is handed on. Then the folder is cleaned up. */
async function ended(child: ChildProcess): Promise<readonly [number | null, NodeJS.Signals | null]> {
  const wait = () => undefined
  const handOn = (signal: NodeJS.Signals) => void child.kill(signal)
  process.on('SIGINT', wait).on('SIGTERM', handOn).on('SIGHUP', handOn)
  try {
    const [code, signal] = await once(child, 'close')
    return [code, signal]
  } finally {
    process.off('SIGINT', wait).off('SIGTERM', handOn).off('SIGHUP', handOn)
  }
}

function start({ cwd, env }: OctoSetting, words: readonly string[], stdio: 'pipe' | 'inherit'): Promise<ChildProcess> {
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
