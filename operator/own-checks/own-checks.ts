// Runs of octo's own checks in its thread, with the endings that the same plugins have as processes. One during whose runs the
// thread was lost twice, with no result between, is started as a process from then on.
import type { VerifiedExecutable } from '../../client/index.ts'
import type { CheckArguments } from '../../config/model/config.ts'
import { isCoded } from '../../schemas/errors.ts'
import type { Ending } from '../../system/process/run-process.ts'
import { serviceEnvironment } from '../exec/environment.ts'
import type { Inside, InsideRun } from '../exec/inside.ts'
import { openLosses } from '../exec/losses.ts'
import type { Answer } from '../exec/within.ts'
import { endingWithin } from '../exec/within.ts'
import type { ThreadAnswer } from './check-thread.ts'
import { openCheckThread } from './check-thread.ts'
import type { KnownDigests, KnownProgram } from './known-program.ts'
import { knownDigests, recogniseProgram } from './known-program.ts'

type Setting = {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly digests?: KnownDigests | undefined
}

export function openOwnChecks({ env, digests = knownDigests() }: Setting): Inside & Disposable {
  const thread = openCheckThread(serviceEnvironment(env, {}))
  const programs = new WeakMap<VerifiedExecutable, KnownProgram | false>()
  const losses = openLosses()

  function programOf(executable: VerifiedExecutable): KnownProgram | undefined {
    const known = programs.get(executable) ?? recogniseProgram(executable, digests) ?? false
    if (known && !programs.has(executable)) thread.load(known)
    programs.set(executable, known)
    return known || undefined
  }

  async function runCounted(program: KnownProgram, given: CheckArguments, run: InsideRun): Promise<Ending> {
    const { words, document, deadlineMs } = run
    const answer = thread.ask(program, { words, deadlineMs, document })
    try {
      const ending = await endingWithin(answer.then(asPrinted), run)
      losses.answered(given)
      return ending
    } catch (error) {
      if (isCoded(error, 'CHECK_THREAD_LOST')) losses.lost(given)
      throw error
    }
  }

  return {
    knows: (executable) => programs.has(executable),
    take(executable, given) {
      const program = losses.isOut(given) ? undefined : programOf(executable)
      return program && ((run) => runCounted(program, given, run))
    },
    [Symbol.dispose]: () => thread[Symbol.dispose](),
  }
}

function asPrinted({ line, exitCode, log }: ThreadAnswer): Answer {
  return { exitCode, stdout: `${line}\n`, stderr: log.map((each) => `${each}\n`).join('') }
}
