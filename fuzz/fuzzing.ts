// What a fuzzer is given and what it says.
import type { Random } from './random.ts'
import type { Readers } from './readers.ts'

export type Fuzzing = {
  readonly random: Random
  readonly readers: Readers
  /** Of its own, to write into. */
  readonly folder: string
}

export type Outcome = {
  readonly kind: string
  /** Whether our reader took the input. */
  readonly taken: boolean
  /** What was found, with the input. */
  readonly problem?: string
}
