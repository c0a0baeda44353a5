// The error for a file of a build that somebody else still writes.
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'

export function changedWhileRead(path: string): Error {
  return coded('BUILD_FAILED', {
    message: `${quote(path)} changed while it was read`,
    hint: 'stop what still writes to it and build again',
  })
}
