// A unit of the machine runs, as one of its users, what lies at some paths for years. Whoever else can change what lies there runs
// programs as that user, so nobody else may: octo itself, its Node, the configs with all that they include, their lockfile, and
// all folders on the way.
import { existsSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import { onDisk } from '../../system/files/errors.ts'
import { problemOfPath } from '../../system/files/owned-path.ts'
import type { Launch } from '../../system/process/launch.ts'
import { runProcess } from '../../system/process/run-process.ts'
import type { LastingStart } from '../link/lasting-start.ts'

type Environment = Readonly<Record<string, string | undefined>>

type Relied = { readonly octo: LastingStart; readonly configs: readonly string[]; readonly lock: string | undefined }

/** Throws UNIT_UNSAFE for the first place that others than root and this user could change, and USAGE for a user that is none. */
export async function refuseExposed(user: string, { octo, configs, lock }: Relied, env: Environment): Promise<void> {
  const uid = await uidOf(user, env)
  const locks = lock === undefined ? configs.slice(0, 1).map(lockBeside) : [lock]
  for (const path of [...configs, ...locks, ...octo.words, ...octo.files]) if (existsSync(path)) refuse(path, user, uid)
}

function lockBeside(config: string): string {
  return join(dirname(config), `${basename(config, extname(config))}.lock`)
}

function refuse(path: string, user: string, uid: number): void {
  const problem = onDisk(path, () => problemOfPath(path, uid))
  if (!problem) return
  const { place, mode } = problem
  const subject = place === path ? quote(path) : `${quote(place)} on the way to ${quote(path)}`
  const isOthers = problem.problem.startsWith('belongs')
  throw coded('UNIT_UNSAFE', {
    message: `${subject} ${problem.problem}, found mode 0${mode}: whoever writes there would run programs as ${quote(user)}`,
    details: { path, place, uid: problem.uid, mode: `0${mode}` },
    hint: isOthers
      ? `give it to root or to ${quote(user)}: \`sudo chown ${shellWord(user)} ${shellWord(place)}\``
      : `run \`sudo chmod go-w ${shellWord(place)}\``,
  })
}

const KEPT = { headBytes: 1024, tailBytes: 1024, lineBytes: 1024 }

async function uidOf(user: string, env: Environment): Promise<number> {
  const words = (_: Launch): Error =>
    coded('OS_FAILED', { message: '`id` cannot be started, and so nobody knows who that user is' })
  const what = { file: 'id', argv: ['-u', user], env, cwd: '/' }
  const { exitCode, stdout } = await runProcess(what, {
    timeoutMs: 10_000,
    words,
    kept: { stdout: KEPT, stderr: KEPT },
  })
  const text = stdout.text.trim()
  if (exitCode === 0 && /^\d+$/.test(text)) return Number(text)
  throw coded('USAGE', {
    message: `this machine knows no user ${quote(user)}`,
    details: { user },
    hint: 'name one that it knows, as `getent passwd` lists them: `octo autostart enable --system --user shop`',
  })
}
