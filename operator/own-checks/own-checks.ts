// Runs of octo's own checks in its thread, with the endings that the same plugins have as processes. One during whose runs the
// thread was lost twice, with no result between, is started as a process from then on.
import type { VerifiedExecutable } from '../../client/index.ts'
import type { CheckArguments } from '../../config/model/config.ts'
import { isCoded } from '../../schemas/errors.ts'
import { captureText } from '../../system/process/captured-output.ts'
import type { Ending } from '../../system/process/run-process.ts'
import { serviceEnvironment } from '../exec/environment.ts'
import type { Inside, InsideRun } from '../exec/inside.ts'
import type { CheckThread, ThreadAnswer } from './check-thread.ts'
import { openCheckThread } from './check-thread.ts'
import type { KnownDigests, KnownProgram } from './known-program.ts'
import { knownDigests, recogniseProgram } from './known-program.ts'

type Setting = {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly digests?: KnownDigests
}

const MAX_LOSSES = 2

export function openOwnChecks({ env, digests = knownDigests() }: Setting): Inside & Disposable {
  const thread = openCheckThread(serviceEnvironment(env, {}))
  const programs = new WeakMap<VerifiedExecutable, KnownProgram | false>()
  const losses = new WeakMap<CheckArguments, number>()

  function programOf(executable: VerifiedExecutable): KnownProgram | undefined {
    const known = programs.get(executable) ?? recogniseProgram(executable, digests) ?? false
    if (known && !programs.has(executable)) thread.load(known)
    programs.set(executable, known)
    return known || undefined
  }

  async function runCounted(program: KnownProgram, given: CheckArguments, run: InsideRun): Promise<Ending> {
    try {
      const ending = await runInThread(thread, program, run)
      losses.delete(given)
      return ending
    } catch (error) {
      if (isCoded(error) && error.code === 'CHECK_THREAD_LOST') losses.set(given, (losses.get(given) ?? 0) + 1)
      throw error
    }
  }

  return {
    knows: (executable) => programs.has(executable),
    take(executable, given) {
      const program = (losses.get(given) ?? 0) < MAX_LOSSES ? programOf(executable) : undefined
      return program && ((run) => runCounted(program, given, run))
    },
    [Symbol.dispose]: () => thread[Symbol.dispose](),
  }
}

type Stopped = NonNullable<Ending['stopped']>

async function runInThread(thread: CheckThread, program: KnownProgram, run: InsideRun): Promise<Ending> {
  const { words, document, timeoutMs, deadlineMs, signal } = run
  const startedAt = performance.now()
  const { promise: stopped, resolve: stop } = Promise.withResolvers<Stopped>()
  const timer = setTimeout(() => stop('timeout'), timeoutMs)
  const interrupt = () => stop('interrupted')
  if (signal?.aborted) interrupt()
  else signal?.addEventListener('abort', interrupt, { once: true })
  try {
    const answer = thread.ask(program, { words, deadlineMs, ...(document ? { document } : {}) })
    const end = await Promise.race([answer, stopped])
    return endingOf(end, run, Math.round(performance.now() - startedAt))
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', interrupt)
  }
}

/** Read like the output of a process, within the same bounds. */
function endingOf(end: ThreadAnswer | Stopped, { timeoutMs, kept, readLine }: InsideRun, durationMs: number): Ending {
  const { line = '', log = [] } = typeof end === 'string' ? {} : end
  const printed = typeof end === 'string' ? '' : `${line}\n`
  const logged = log.map((each) => `${each}\n`).join('')
  return {
    ...(typeof end === 'string' ? { stopped: end } : { exitCode: end.exitCode }),
    ...{ stdout: captureText(printed, kept.stdout, readLine), stderr: captureText(logged, kept.stderr, readLine) },
    ...{ durationMs, timeoutMs },
  }
}
