// Runs the real `octo` as a child process, in an environment of its own.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export type OctoRun = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export type OctoOptions = {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  readonly umask?: number
  /** Called with the process once it runs. */
  readonly onStart?: (child: { readonly pid?: number | undefined; kill(signal: NodeJS.Signals): boolean }) => void
}

const OCTO = fileURLToPath(new URL('../../../bin/octo.js', import.meta.url))
/** As the launchers of the shell start it. */
export const WORDS_OF_NODE = ['--min-semi-space-size=8']

/** The runner of the tests looked at the sources, once for all of them. */
export const BUNDLE: Readonly<Record<string, string>> =
  process.env.OCTO_TEST_BUNDLE === 'current' ? { OCTO_FROM_SOURCE: '0' } : {}

/** Nothing of the caller's environment gets in but what a program needs to start. */
export async function runOcto(args: readonly string[], options: OctoOptions = {}): Promise<OctoRun> {
  const { PATH = '', TMPDIR } = process.env
  const earlier = options.umask === undefined ? undefined : process.umask(options.umask)
  const child = spawn(process.execPath, [...WORDS_OF_NODE, OCTO, ...args], {
    cwd: options.cwd ?? process.cwd(),
    env: { PATH, HOME: options.cwd ?? '/nonexistent', ...(TMPDIR ? { TMPDIR } : {}), ...BUNDLE, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  if (earlier !== undefined) process.umask(earlier)
  child.stdin.on('error', () => undefined).end(options.input ?? '')
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
  options.onStart?.(child)
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.once('exit', (...ended) => resolve(ended)),
  )
  return { code, signal, stdout: await stdout, stderr: await stderr }
}

async function collect(stream: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += chunk
  return text
}
