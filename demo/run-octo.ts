// Runs words of octo as a person would type them, each in a process of its own.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { isAbsolute, join } from 'node:path'
import { coded } from '../schemas/errors.ts'
import { launch } from '../system/process/launch.ts'
import type { StartSettings } from './settings.ts'
import { typed } from './settings.ts'

type Ended = { readonly code: number; readonly out: string; readonly err: string }

type Running = {
  readonly stdio: 'pipe' | 'inherit'
  /** The checkout when absent. */
  readonly cwd?: string
  /** Out of reach of the terminal's Ctrl-C, to be stopped in order by whoever launched it. */
  readonly detached?: boolean
  /** A pipe that ends with this process, however that ends. */
  readonly input?: 'pipe'
}

/** The checkout, and variables beside those of the shell. */
type OctoHere = Pick<StartSettings, 'root' | 'env'>

/** Throws OS_FAILED when it cannot be started. */
export function launchOcto(
  { root, env }: OctoHere,
  words: readonly string[],
  { stdio, cwd = root, detached = false, input }: Running,
): Promise<ChildProcess> {
  return launch(
    {
      file: process.execPath,
      argv: [join(root, 'bin', 'octo.js'), ...words],
      // allow(environment): each step runs as a person would type it, with what the shell has set
      env: { ...process.env, ...env },
      cwd,
    },
    {
      stdio: [input ?? 'ignore', stdio, stdio],
      ownGroup: detached,
      words: (_what, { cause }) =>
        coded('OS_FAILED', { message: `\`octo\` could not be started: ${cause.message}`, cause }),
    },
  )
}

/** What the command printed, and its exit code. */
export async function runOcto(octo: OctoHere, words: readonly string[], cwd = octo.root): Promise<Ended> {
  const child = await launchOcto(octo, words, { stdio: 'pipe', cwd })
  const [out, err, [code]] = await Promise.all([textOf(child.stdout), textOf(child.stderr), once(child, 'close')])
  return { code: code ?? 1, out, err }
}

/** Shows what the command prints and gives its exit code. */
export async function showOcto(
  octo: OctoHere,
  words: readonly string[],
  { cwd = octo.root, detached = false }: Omit<Running, 'stdio'> = {},
): Promise<number> {
  const child = await launchOcto(octo, words, { stdio: 'inherit', cwd, detached })
  const [code] = await once(child, 'close')
  return code ?? 1
}

/** Gives stdout. Throws OS_FAILED when the command fails, below what the command itself said. */
export async function mustRun(settings: StartSettings, words: readonly string[]): Promise<string> {
  const { code, out, err } = await runOcto(settings, words)
  if (code === 0) return out
  process.stderr.write(err)
  throw coded('OS_FAILED', {
    message: `the demo cannot go on: \`octo ${words.slice(0, 3).join(' ')}\` failed with exit code ${code}, see above`,
    // What a folder holds that ends with the demo, nobody can do again.
    ...(isKept(settings)
      ? { hint: `\`./octo ${words.map((word) => shortened(settings, word)).join(' ')}\` does that step alone` }
      : {}),
  })
}

function isKept({ env }: StartSettings): boolean {
  return Object.keys(env).length === 0
}

function shortened(settings: StartSettings, word: string): string {
  return isAbsolute(word) ? typed(settings, word) : word
}

export async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = ''
  if (stream) for await (const chunk of stream.setEncoding('utf8')) text += chunk
  return text
}
