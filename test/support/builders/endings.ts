// Endings of runs as the exec layer gives them, made of texts: the output goes through the same bounds and the same look
// at every line.
import { KEPT_OUTPUT } from '../../../operator/result/kept-output.ts'
import { readVerdicts } from '../../../operator/result/verdicts.ts'
import { captureOutput } from '../../../system/process/captured-output.ts'
import type { Ending } from '../../../system/process/run-process.ts'

export type Printed = string | Buffer

export type EndingRecipe = Partial<Omit<Ending, 'stdout' | 'stderr'>> & {
  readonly stdout?: Printed
  readonly stderr?: Printed
  /** Somebody still holds the pipe. */
  readonly isOpen?: boolean
}

/** Ends by itself with 0 and without a word, unless told otherwise. */
export function anEnding({ stdout = '', stderr = '', isOpen = false, ...more }: EndingRecipe = {}): Ending {
  const captured = (printed: Printed) => {
    const capture = captureOutput(KEPT_OUTPUT.stdout, readVerdicts)
    capture.add(Buffer.from(printed as string))
    return capture.finish(isOpen)
  }
  const ended = 'stopped' in more || 'signal' in more || 'exitCode' in more ? {} : { exitCode: 0 }
  return { ...ended, stdout: captured(stdout), stderr: captured(stderr), durationMs: 5, timeoutMs: 10_000, ...more }
}
