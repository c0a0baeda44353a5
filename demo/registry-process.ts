// The registry as a child process of the quick start: started, waited for, and stopped with it.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { coded } from '../schemas/errors.ts'
import { quote } from '../schemas/quote.ts'
import { secondStart } from './ports.ts'
import { launchOcto } from './run-octo.ts'
import type { StartSettings } from './settings.ts'
import { dataDir, typed } from './settings.ts'

export type RegistryProcess = AsyncDisposable & {
  /** Settles when the registry ends, whoever ended it. */
  readonly ended: Promise<number>
  /** Where it listens, also when port 0 was asked for. */
  readonly port: number
}

const START_MS = 30_000
const KEPT_LINES = 5

const serveWords = (settings: StartSettings) => [
  ...['registry', 'serve', '--data', dataDir(settings)],
  ...['--host', '127.0.0.1', '--port', String(settings.port), '--until-input-ends'],
]

/** Resolves when the registry listens; throws DATA_DIR_LOCKED, or OS_FAILED below what it said, when it ends before. */
export async function startRegistry(settings: StartSettings): Promise<RegistryProcess> {
  const child = await launchOcto(settings, serveWords(settings), {
    stdio: 'pipe',
    detached: true,
    input: 'pipe',
  })
  const ended = once(child, 'exit').then(([code]) => Number(code ?? 1))
  const said = keepLines(child)
  const first = await Promise.race([
    listening(child),
    ended.then((code) => ({ why: `it ended with ${code}` })),
    tooLate(),
  ])
  if (!('port' in first)) {
    child.kill('SIGKILL')
    throw await startFailed(settings, said, first.why)
  }
  return { ended, port: first.port, [Symbol.asyncDispose]: () => stop(child, ended) }
}

async function startFailed(settings: StartSettings, said: readonly string[], first: string): Promise<Error> {
  if (said.some((line) => line.startsWith('error[DATA_DIR_LOCKED]')))
    return coded('DATA_DIR_LOCKED', {
      message: `a quick start serves from ${quote(typed(settings, settings.dir))} already`,
      hint: `stop it, or start one beside it: \`${await secondStart(settings)}\``,
    })
  process.stderr.write(said.map((line) => `${line}\n`).join(''))
  return coded('OS_FAILED', {
    message: `the registry did not start: ${said.length > 0 ? 'what it said stands above' : first}`,
  })
}

async function stop(child: ChildProcess, ended: Promise<number>): Promise<void> {
  child.kill('SIGTERM')
  await ended
}

function listening(child: ChildProcess): Promise<{ readonly port: number }> {
  const { promise, resolve } = Promise.withResolvers<{ readonly port: number }>()
  if (child.stdout)
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, port] = /^listening on http:\S+:(\d+)$/.exec(line) ?? []
      if (port !== undefined) resolve({ port: Number(port) })
    })
  return promise
}

/** Request logs are not shown; the last lines are kept for when the start fails. */
function keepLines({ stderr }: ChildProcess): string[] {
  const kept: string[] = []
  if (stderr)
    createInterface({ input: stderr }).on('line', (line) => {
      kept.push(line)
      if (kept.length > KEPT_LINES) kept.shift()
    })
  return kept
}

function tooLate(): Promise<{ readonly why: string }> {
  return new Promise((resolve) => setTimeout(resolve, START_MS, { why: 'it does not listen' }).unref())
}
