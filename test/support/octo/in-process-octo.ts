// The real octo without a process of its own: the same words, folder, environment and output. One command at a time.
import { join } from 'node:path'
import { runOcto } from '../../../octo.ts'
import { asGuest } from '../../../system/process/guest.ts'

export type InProcessRun = { readonly code: number; readonly stdout: string; readonly stderr: string }
type Place = {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** What it was started from, by which it starts itself again. */
  readonly script?: string
}

/** As `runOcto` is called, whose environment it has: without a folder, that of this process and no home. */
export function typeOcto(words: readonly string[], { cwd, env }: Partial<Place> = {}): Promise<InProcessRun> {
  return octoIn({ cwd: cwd ?? process.cwd(), env: { ...(cwd ? {} : { HOME: '/nonexistent' }), ...env } }, words)
}

const OCTO = join(import.meta.dirname, '../../../bin/octo.js')

let isRunning = false

export async function octoIn({ cwd, env = {}, script = OCTO }: Place, words: readonly string[]): Promise<InProcessRun> {
  // Folder, environment and output are those of the process: two at once would have each other's.
  if (isRunning) throw new Error('another command runs in this process: use `runOcto` for those that run at once')
  isRunning = true
  // A watch would have nothing optimised in this process any more, for all tests that come after it.
  using _memory = asGuest()
  const before = { cwd: process.cwd(), env: { ...process.env }, script: process.argv[1] }
  for (const emitter of [process, process.stdout, process.stderr]) emitter.setMaxListeners(0)
  process.chdir(cwd)
  // Else it would be the file of the test, which would run anew in each octo that a command starts.
  process.argv[1] = script
  const { PATH = '', TMPDIR } = before.env
  replaceEnv({ PATH, HOME: cwd, NO_COLOR: '1', ...(TMPDIR ? { TMPDIR } : {}), ...env })
  const [stdout, stderr] = [captured(process.stdout), captured(process.stderr)]
  try {
    const code = await runOcto(words)
    return { code, stdout: stdout.text(), stderr: stderr.text() }
  } finally {
    stdout.release()
    stderr.release()
    process.chdir(before.cwd)
    replaceEnv(before.env)
    if (before.script === undefined) process.argv.length = 1
    else process.argv[1] = before.script
    isRunning = false
  }
}

function replaceEnv(env: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.keys(process.env)) delete process.env[name]
  for (const [name, value] of Object.entries(env)) if (value !== undefined) process.env[name] = value
}

/** Text is octo's; bytes are the test runner's own reports, which go on. */
function captured(stream: NodeJS.WriteStream) {
  const write = stream.write
  let text = ''
  stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
    if (typeof chunk !== 'string') return Reflect.apply(write, stream, [chunk, ...rest])
    text += chunk
    const done = rest.at(-1)
    if (typeof done === 'function') done()
    return true
  }) as typeof stream.write
  return {
    text: () => text,
    release() {
      stream.write = write
    },
  }
}
