// Runs of check plugins that stay: one process for each program that was proven, started by the first check that needs it and ended
// when none has needed it for a while. A program that once printed what is no answer is not believed again, and started for each run; so
// is one for a check that got no answer twice.
import type { VerifiedExecutable } from '../../client/index.ts'
import type { CheckArguments } from '../../config/model/config.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import type { Ending } from '../../system/process/run-process.ts'
import type { Inside, InsideRun } from '../exec/inside.ts'
import { openLosses } from '../exec/losses.ts'
import { endingWithin } from '../exec/within.ts'
import type { Question, ResidentProcess } from './resident-process.ts'
import { startResident } from './resident-process.ts'

type Setting = { readonly env: Readonly<Record<string, string | undefined>> }

export type Residents = Pick<Inside, 'take'> & Disposable

/** Whoever is asked less often may as well be started anew. */
const IDLE_MS = 120_000

type Resident = {
  starting?: Promise<ResidentProcess> | undefined
  process?: ResidentProcess
  readonly idle: NodeJS.Timeout
}

export function openResidents({ env }: Setting): Residents {
  const residents = new Map<string, Resident>()
  /** With the keys of their programs. */
  const living = new Map<ResidentProcess, string>()
  const losses = openLosses()
  /** Keys of programs that are not believed. */
  const breached = new Set<string>()
  let isClosed = false

  /** One that runs, or that is started once for all that need it now. */
  function processOf(executable: VerifiedExecutable): Promise<ResidentProcess> {
    const resident = residentOf(residentKey(executable))
    if (resident.process?.isOpen()) return Promise.resolve(resident.process)
    resident.starting ??= start(executable)
      .then((process) => {
        resident.process = process
        return process
      })
      .finally(() => {
        resident.starting = undefined
      })
    return resident.starting
  }

  function residentOf(key: string): Resident {
    const found = residents.get(key)
    found?.idle.refresh()
    if (found) return found
    const made: Resident = {
      idle: setTimeout(() => {
        residents.delete(key)
        void made.starting?.then((process) => process.retire()).catch(() => undefined)
        made.process?.retire()
      }, IDLE_MS).unref(),
    }
    residents.set(key, made)
    return made
  }

  async function start(executable: VerifiedExecutable): Promise<ResidentProcess> {
    const key = residentKey(executable)
    const process = await startResident(executable, { env, onBreach: () => disbelieve(key) })
    living.set(process, key)
    void process.ended.then(() => living.delete(process))
    if (isClosed || breached.has(key)) process.kill()
    return process
  }

  /** Another process of the program may be answering as well: one was started while it had still to answer others. */
  function disbelieve(key: string): void {
    breached.add(key)
    for (const [process, its] of living) if (its === key) process.kill()
  }

  async function ask(executable: VerifiedExecutable, given: CheckArguments, run: InsideRun): Promise<Ending> {
    let isOver = false
    let giveUp: (why: Ending['stopped']) => void = () => undefined
    const answer = processOf(executable).then((process) => {
      if (isOver) throw coded('INTERRUPTED', { message: 'its time was over before the plugin had started' })
      const { answer, forget } = process.ask(questionOf(run))
      giveUp = (why) => {
        forget()
        // What still runs of it ends with the process, once no other check waits for that.
        if (why === 'timeout') process.retire()
      }
      return answer
    })
    try {
      const ending = await endingWithin(answer, run)
      if (ending.stopped !== undefined) giveUp(ending.stopped)
      if (ending.stopped === 'timeout') losses.lost(given)
      if (ending.stopped === undefined) losses.answered(given)
      return ending
    } catch (error) {
      if (isCoded(error, 'PLUGIN_EXITED')) losses.lost(given)
      throw error
    } finally {
      isOver = true
    }
  }

  return {
    take(executable, given) {
      const { output, resident } = executable.manifest
      if (resident === undefined || output !== 'check/v1') return undefined
      if (losses.isOut(given) || breached.has(residentKey(executable))) return undefined
      return (run) => ask(executable, given, run)
    },
    [Symbol.dispose]() {
      isClosed = true
      for (const { idle } of residents.values()) clearTimeout(idle)
      for (const process of living.keys()) process.kill()
    },
  }
}

/** What runs for it was proven as these bytes, in this place. */
export function residentKey({ digest, path }: Pick<VerifiedExecutable, 'digest' | 'path'>): string {
  return `${digest} ${path}`
}

function questionOf({ words, document, service, phase, deadlineMs }: InsideRun): Question {
  return {
    words,
    deadlineMs,
    ...omitUndefined({ document, service, phase }),
  }
}
