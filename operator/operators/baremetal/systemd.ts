// Asks systemd by its own programs, which say themselves what is wrong.
import { coded } from '../../../schemas/errors.ts'
import { printable, quote } from '../../../schemas/quote.ts'
import type { Launch, LaunchFailure } from '../../../system/process/launch.ts'
import { runProcess } from '../../../system/process/run-process.ts'

type Environment = Readonly<Record<string, string | undefined>>

const TIMEOUT_MS = 90_000
const KEPT = { headBytes: 16_384, tailBytes: 16_384, lineBytes: 4096 }
const MAX_SHOWN = 500

type Answer = { readonly isDone: boolean; readonly said: string; readonly printed: string }

/** Throws SYSTEMD_FAILED with what the program said. */
export async function systemd(file: string, argv: readonly string[], env: Environment): Promise<void> {
  const { isDone, said } = await answerOf(file, argv, env)
  if (!isDone) throw failed(`${file} ${argv.join(' ')}`, said)
}

/** The complaints about the file; undefined where there is nobody to ask. */
export async function complaintsAbout(path: string, { isUser, env }: { isUser: boolean; env: Environment }) {
  try {
    const { said } = await answerOf('systemd-analyze', [...(isUser ? ['--user'] : []), 'verify', path], env)
    // It also names units of the machine that are not ours. Its exit code is 0 for most mistakes.
    return said.split('\n').filter((line) => line.startsWith(`${path}:`) || line.startsWith(`${basename(path)}:`))
  } catch (error) {
    if (error instanceof NotThere) return undefined
    throw error
  }
}

function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

class NotThere extends Error {}

async function answerOf(file: string, argv: readonly string[], env: Environment): Promise<Answer> {
  const words = (_: Launch, { reason, code }: LaunchFailure) =>
    reason === 'file' ? new NotThere(file) : failed(file, code)
  const what = { file, argv, env, cwd: '/' }
  const ended = await runProcess(what, { timeoutMs: TIMEOUT_MS, words, kept: { stdout: KEPT, stderr: KEPT } })
  return {
    isDone: ended.exitCode === 0 && ended.stopped === undefined,
    said: ended.stderr.text.trim(),
    printed: ended.stdout.text,
  }
}

/** The word that answers, such as `enabled`, whatever the exit code; what it says where it has none. */
export async function wordOfSystemd(argv: readonly string[], env: Environment): Promise<string> {
  const { printed, said } = await answerOf('systemctl', argv, env)
  return printable(printed.trim() || said || 'unknown', MAX_SHOWN)
}

/** Undefined where there is nobody to ask, or it does not say. */
export async function systemdVersion(env: Environment): Promise<number | undefined> {
  try {
    const { printed } = await answerOf('systemctl', ['--version'], env)
    const version = /^systemd (\d+)/.exec(printed)?.[1]
    return version === undefined ? undefined : Number(version)
  } catch (error) {
    if (error instanceof NotThere) return undefined
    throw error
  }
}

/** For a program of systemd that is not there at all. */
export async function withSystemd<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof NotThere)) throw error
    throw coded('SYSTEMD_FAILED', {
      message: `${quote(error.message)} is not there: this machine is not run by systemd`,
      hint: 'let what starts your programs run `octo start --foreground`; `octo autostart enable --print` shows the unit',
      cause: error,
    })
  }
}

function failed(command: string, said: string): Error {
  return coded('SYSTEMD_FAILED', {
    message: `${quote(command)} failed: ${printable(said, MAX_SHOWN)}`,
    hint: isAlone(command, said) ? NO_SESSION : 'run it yourself to see more',
  })
}

/** As after `su`, `sudo -u` or in a job: nobody has logged in as this user, so that its manager does not run or is not found. */
function isAlone(command: string, said: string): boolean {
  return /^\S+ --user /.test(command) && /failed to connect to .*\bbus\b/i.test(said)
}

const NO_SESSION =
  'log in as this user, as by ssh and not by `su`, or type `sudo octo autostart enable --system --user NAME`, which needs no login'
