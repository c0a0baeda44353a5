// One run of `octo check` as its reports tell it: what was found, when, where and by which octo.
import type { ConfigWarning } from '../../config/document/warnings.ts'
import type { CheckOutcome } from './outcome.ts'

export type CheckRun = {
  readonly outcomes: readonly CheckOutcome[]
  readonly startedAt: Date
  readonly durationMs: number
  /** Name of the machine. */
  readonly host: string
  /** Version. */
  readonly octo: string
  /** The first config, as people know it. */
  readonly config: string
  readonly warnings: readonly ConfigWarning[]
}
