// Runs of a plugin that need no process of its own, as whoever has such plugins offers them.
import type { VerifiedExecutable } from '../../client/index.ts'
import type { CheckArguments } from '../../config/model/config.ts'
import type { Ending, RunOptions } from '../../system/process/run-process.ts'

export type InsideRun = Pick<RunOptions, 'timeoutMs' | 'signal' | 'kept' | 'readLine'> & {
  readonly words: readonly string[]
  /** What a process would read on standard input. */
  readonly document?: Readonly<Record<string, unknown>> | undefined
  readonly service?: string | undefined
  readonly phase?: string | undefined
  /** When its time is over, in milliseconds since 1970. */
  readonly deadlineMs: number
}

export type Inside = {
  /** Whether `take` has an answer without another look at its files. */
  knows(executable: VerifiedExecutable): boolean
  /** Undefined where it has to be a process, which may change. Its files were checked right before. */
  take(executable: VerifiedExecutable, given: CheckArguments): ((run: InsideRun) => Promise<Ending>) | undefined
}
