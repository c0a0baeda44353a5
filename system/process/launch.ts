// Starts one child process. Answers two races: a binary that another process just wrote is busy for a moment (ETXTBSY),
// and a loader that is missing looks like a missing file (ENOENT).
import type { ChildProcess, StdioOptions } from 'node:child_process'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { quoted, refusal } from './refusal.ts'

export type Launch = {
  /** Absolute path; never looked up, never given to a shell. */
  readonly file: string
  readonly argv: readonly string[]
  readonly argv0?: string
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

export type LaunchSetting = { readonly stdio: StdioOptions; readonly ownGroup: boolean }

const BUSY_WAITS_MS = [10, 20, 40, 80, 160]

/** The child, once it runs; throws PLUGIN_NOT_EXECUTABLE, PLUGIN_MISSING, RUNTIME_MISSING or LIMIT_EXCEEDED. */
export async function launch(what: Launch, setting: LaunchSetting): Promise<ChildProcess> {
  const waitsMs = [...BUSY_WAITS_MS]
  for (;;) {
    try {
      return await start(what, setting)
    } catch (error) {
      const pauseMs = codeOf(error) === 'ETXTBSY' ? waitsMs.shift() : undefined
      if (pauseMs === undefined) throw launchError(what, error)
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
}

function start({ file, argv, argv0, env, cwd }: Launch, { stdio, ownGroup }: LaunchSetting): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, argv, {
      ...{ env, cwd, stdio },
      ...(argv0 === undefined ? {} : { argv0 }),
      detached: ownGroup && process.platform !== 'win32',
      shell: false,
      windowsHide: true,
    })
    child.once('error', reject)
    child.once('spawn', () => {
      child.off('error', reject)
      // Later errors are about signals that could not be sent; the exit tells the rest.
      child.on('error', () => undefined)
      resolve(child)
    })
  })
}

function launchError({ file, cwd }: Launch, cause: unknown): unknown {
  const code = codeOf(cause)
  const details = { file, reason: code }
  if (code === 'ENOENT' && !existsSync(cwd))
    return refusal('OS_FAILED', { message: `working directory ${quoted(cwd)} is gone`, details, cause })
  if (code === 'ENOENT' && existsSync(file))
    return refusal('RUNTIME_MISSING', {
      message: `${quoted(file)} needs a loader that is not on this machine, as it was linked with another C library`,
      ...{ details, cause },
    })
  if (code === 'ENOENT') return refusal('PLUGIN_MISSING', { message: `${quoted(file)} is gone`, details, cause })
  if (code === 'E2BIG')
    return refusal('LIMIT_EXCEEDED', { message: 'all arguments together are too long for this system', details, cause })
  if (code === undefined) return cause
  return refusal('PLUGIN_NOT_EXECUTABLE', { message: `${quoted(file)} cannot be executed: ${code}`, details, cause })
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
}
