// The one error of programs that would load code which nobody proved.
import type { CodedError } from '../../../schemas/errors.ts'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'

export function unsafe(name: string, problem: string, hint?: string): CodedError {
  return coded('PROGRAM_UNSAFE', {
    message: `${quote(name)} ${problem}`,
    details: { file: name },
    hint,
  })
}
