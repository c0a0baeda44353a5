// The error of an answer that could not be written, as on a full disk.
import { coded } from '../schemas/errors.ts'

/** IO_FAILED with the system's reason. */
export function outputLost(cause: NodeJS.ErrnoException): Error {
  const reason = cause.code ?? 'unknown'
  return coded('IO_FAILED', { message: `the output cannot be written: ${reason}`, details: { reason }, cause })
}
