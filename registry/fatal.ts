// Failures after which a registry must stop accepting: the disk no longer keeps what is written, and the page cache cannot
// be trusted to say so.
import { coded } from '../schemas/errors.ts'

const FATAL = Symbol('fatal')

export function fatalIoError(message: string, cause: unknown): Error {
  return Object.assign(coded('IO_FAILED', { message, cause }), { [FATAL]: true })
}

export function isFatal(error: unknown): boolean {
  return error instanceof Error && FATAL in error
}
