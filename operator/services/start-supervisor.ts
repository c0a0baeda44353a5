// Starts a supervisor apart from this process and its terminal, and asks whoever then supervises: of two that are started at the
// same time one takes the lock, and both commands are answered by it.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { finished } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { coded } from '../../schemas/errors.ts'
import { printable } from '../../schemas/quote.ts'
import { launchApart } from '../../system/process/launch-apart.ts'
import { MARK } from '../../system/process/mark.ts'
import { leaveCgroup } from '../../system/process/process-cgroup.ts'
import { lastingStart } from '../link/lasting-start.ts'
import { changedMeanwhile } from './changes.ts'
import { ask } from './control/control.ts'
import type { Answer, BeginRequest } from './control/protocol.ts'
import { serviceLaunchWords } from './program/launch-words.ts'
import { supervisorOf } from './project/control-file.ts'
import type { Places } from './project/places.ts'
import { makePlaces } from './project/places.ts'
import type { ConfigCall } from './specs/config-call.ts'

type Start = {
  readonly places: Places
  readonly env: Readonly<Record<string, string | undefined>>
  readonly call: ConfigCall
  /** Of `octo start --foreground`. */
  readonly words: readonly string[]
  /** Ends the waiting, and nothing else. */
  readonly signal?: AbortSignal | undefined
}

const LOOK_MS = 25
const LAST_LINES = 5

/**
 * Asks whoever supervises to start the services or apply changes, or starts a supervisor that does so by itself. Undefined when that one has ended
 * already: all that it was to start has ended, too. Throws SUPERVISOR_FAILED, and what `signal` was aborted with.
 */
export async function startAndAsk(start: Start, request: BeginRequest): Promise<Answer | undefined> {
  for (;;) {
    const answered = await ask(start.places, { ...request, call: start.call }, start.signal)
    if (answered) return answered
    const child = await startSupervisor(start, request)
    const result = await answerOrEnd(start, child)
    if (result !== 'busy') return result
    // Another one is on its way, or on its way out.
    await pause(LOOK_MS)
  }
}

type Child = {
  readonly pid: number
  readonly ended: Promise<number>
  /** It has all that it needs to go on alone, or takes no more. */
  readonly told: Promise<void>
  isRunning(): boolean
}

async function startSupervisor({ places, env, call, words }: Start, request: BeginRequest): Promise<Child> {
  makePlaces(places)
  const shown = request.do === 'apply' ? ['--apply', request.shown] : []
  const log = openSync(
    places.supervisorLog,
    constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW,
    0o600,
  )
  try {
    const [file = '', ...script] = lastingStart().words
    const own = Object.fromEntries(Object.entries(env).filter(([name]) => name !== MARK))
    const child = await launchApart(
      { file, argv: [...script, 'start', '--foreground', '--call', ...shown, ...words], env: own, cwd: call.cwd },
      { stdio: ['pipe', log, log], words: serviceLaunchWords },
    )
    // One that ended before it read says why in its log.
    const input = child.stdin?.on('error', () => undefined).end(JSON.stringify(call))
    const told = input ? finished(input).catch(() => undefined) : Promise.resolve()
    // Asked for by a service, it is none of it.
    leaveCgroup(child.pid)
    let isRunning = true
    const ended = child.ended.then(({ exitCode }) => {
      isRunning = false
      // 1 would mean that all services have been seen to their end.
      return exitCode ?? KILLED
    })
    return { pid: child.pid, ended, told, isRunning: () => isRunning }
  } finally {
    closeSync(log)
  }
}

/** By a signal: what it was asked for may not have begun. */
const KILLED = 137
/** That of SUPERVISOR_BUSY, and of whatever else may succeed later. */
const BUSY = 75

/** Another supervisor would answer for what it was started for itself. */
async function answerOrEnd({ places, signal }: Start, child: Child): Promise<Answer | undefined | 'busy'> {
  while (child.isRunning()) {
    if (signal?.aborted) await child.told
    signal?.throwIfAborted()
    const isIts = supervisorOf(places)?.pid === child.pid
    const answered = isIts ? await ask(places, { v: 1, do: 'started' }, signal) : undefined
    if (answered) return answered
    await Promise.race([child.ended, pause(LOOK_MS)])
  }
  const code = await child.ended
  if (code === 0 || code === 1) return undefined
  // Another one would be told the same.
  if (code === BUSY && lastError(places.supervisorLog)?.startsWith('error[CHANGES_OUTDATED]')) throw changedMeanwhile()
  if (code === BUSY) return 'busy'
  throw coded('SUPERVISOR_FAILED', {
    message: `the supervisor ended with ${code}: ${lastLines(places.supervisorLog)}`,
    details: { exitCode: code, log: places.supervisorLog },
    hint: 'run it here to see more: `octo start --foreground`',
  })
}

function lastLines(path: string): string {
  const error = lastError(path)
  return (error === undefined ? endOf(path).trimEnd().split('\n').slice(-LAST_LINES) : [error])
    .map((line) => printable(line, 300))
    .join('; ')
}

/** The sentence, which stands above the details and the hint. */
function lastError(path: string): string | undefined {
  return endOf(path)
    .split('\n')
    .findLast((line) => line.startsWith('error['))
}

const MOST_BYTES = 64 * 1024

/** What is before it may be a hole by now, and is of other supervisors. */
function endOf(path: string): string {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(MOST_BYTES)
    const from = Math.max(0, fstatSync(file).size - MOST_BYTES)
    return bytes.toString('utf8', 0, readSync(file, bytes, 0, MOST_BYTES, from)).replaceAll('\0', '')
  } finally {
    closeSync(file)
  }
}
