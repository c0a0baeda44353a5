// Starts one child process. Answers two traps: a binary that another process just wrote is busy for a moment (ETXTBSY),
// and a loader that is missing looks like a missing file (ENOENT). What a failure means is said by whoever starts it.
import type { ChildProcess, StdioOptions } from 'node:child_process'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { withOpenFilesOfCaller } from './callers-open-files.ts'

export type Launch = {
  /** Absolute path of what was proven; a name without a slash is looked up in the PATH of `env`. Never given to a shell. */
  readonly file: string
  readonly argv: readonly string[]
  readonly argv0?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
}

export type LaunchFailure = {
  /** What is missing, or too long; else the system refused for another reason. */
  readonly reason: 'folder' | 'loader' | 'file' | 'length' | 'refused'
  /** Of the system, such as `EACCES`. */
  readonly code: string
  readonly cause: Error
}

/** The error that a failure is to whoever reads it. */
export type LaunchWords = (what: Launch, failure: LaunchFailure) => Error

type LaunchSetting = {
  readonly stdio: StdioOptions
  /** Apart from the group of this process: out of reach of the terminal's Ctrl-C, to be ended as a whole. */
  readonly ownGroup: boolean
  readonly words: LaunchWords
}

const BUSY_WAITS_MS = [10, 20, 40, 80, 160]

/** The child, once it runs; throws what `words` makes of a failure. */
export function launch(what: Launch, setting: LaunchSetting): Promise<ChildProcess> {
  return launchBy(what, setting.words, () => start(what, setting))
}

/** What `start` gives; it is called again as long as the program is only busy. */
export async function launchBy<Started>(
  what: Launch,
  words: LaunchWords,
  start: () => Promise<Started>,
): Promise<Started> {
  const waitsMs = [...BUSY_WAITS_MS]
  for (;;) {
    try {
      return await start()
    } catch (error) {
      const pauseMs = codeOf(error) === 'ETXTBSY' ? waitsMs.shift() : undefined
      if (pauseMs === undefined) throw launchError(what, error, words)
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
}

function start({ file, argv, argv0, env, cwd }: Launch, { stdio, ownGroup }: LaunchSetting): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    const child = withOpenFilesOfCaller(() =>
      spawn(file, argv, {
        env,
        cwd,
        stdio,
        argv0,
        detached: ownGroup && process.platform !== 'win32',
        shell: false,
        windowsHide: true,
      }),
    )
    child.once('error', reject)
    child.once('spawn', () => {
      child.off('error', reject)
      // Later errors are about signals that could not be sent; the exit tells the rest.
      child.on('error', () => undefined)
      resolve(child)
    })
  })
}

/** What is no failure of the system passes: it is a mistake of ours. */
function launchError(what: Launch, cause: unknown, words: LaunchWords): unknown {
  const code = codeOf(cause)
  if (code === undefined) return cause
  return words(what, { reason: reasonOf(what, code), code, cause: cause as Error })
}

function reasonOf({ file, cwd }: Launch, code: string): LaunchFailure['reason'] {
  if (code === 'E2BIG') return 'length'
  if (code !== 'ENOENT') return 'refused'
  if (!existsSync(cwd)) return 'folder'
  return isAbsolute(file) && existsSync(file) ? 'loader' : 'file'
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
}
