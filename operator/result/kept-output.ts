// How much of what a plugin prints is kept to be read: of standard output a result line of the longest kind, and a little
// more, to see that a longer one is too long; of standard error what a person reads.
import { MAX_RESULT_BYTES } from '../../schemas/check-result.ts'

const KIB = 1024
const LINE_BYTES = MAX_RESULT_BYTES + 4 * KIB

export const KEPT_OUTPUT = {
  stdout: { headBytes: 32 * KIB, tailBytes: LINE_BYTES, lineBytes: LINE_BYTES },
  stderr: { headBytes: 512 * KIB, tailBytes: 512 * KIB, lineBytes: LINE_BYTES },
} as const
