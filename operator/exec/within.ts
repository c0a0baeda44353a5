// The ending of a run that has no process of its own: an answer, or that its time was over, or that it was interrupted. It is read like
// the output of a process, within the same bounds.
import { captureText } from '../../system/process/captured-output.ts'
import type { Ending } from '../../system/process/run-process.ts'
import type { InsideRun } from './inside.ts'

/** What a process would have printed, and its exit code. */
export type Answer = { readonly exitCode: number; readonly stdout: string; readonly stderr: string }

type Stopped = NonNullable<Ending['stopped']>

/** Throws what `answer` is rejected with before the run is over. */
export async function endingWithin(answer: Promise<Answer>, run: InsideRun): Promise<Ending> {
  const { timeoutMs, signal } = run
  const startedAt = performance.now()
  const { promise: stopped, resolve: stop } = Promise.withResolvers<Stopped>()
  const timer = setTimeout(() => stop('timeout'), timeoutMs)
  const interrupt = () => stop('interrupted')
  if (signal?.aborted) interrupt()
  else signal?.addEventListener('abort', interrupt, { once: true })
  try {
    return endingOf(await Promise.race([answer, stopped]), run, Math.round(performance.now() - startedAt))
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', interrupt)
  }
}

function endingOf(end: Answer | Stopped, { timeoutMs, kept, readLine }: InsideRun, durationMs: number): Ending {
  const { stdout = '', stderr = '' } = typeof end === 'string' ? {} : end
  return {
    ...(typeof end === 'string' ? { stopped: end } : { exitCode: end.exitCode }),
    stdout: captureText(stdout, kept.stdout, readLine),
    stderr: captureText(stderr, kept.stderr, readLine),
    durationMs,
    timeoutMs,
  }
}
