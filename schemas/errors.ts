// The one error class that crosses boundaries: a stable code, a sentence for people, the values as data, the next command.
import type { ErrorCode } from './error-codes.ts'

/** Values that the message was made of. Never secrets: details are shown, logged and sent. */
type ErrorDetails = Readonly<Record<string, unknown>>

type ErrorFields = {
  /** One sentence: lowercase, no full stop, the thing in backticks, expected and found. */
  readonly message: string
  /** Where in a document it is, as it is said: stands before the message. */
  readonly place?: string | undefined
  readonly details?: ErrorDetails
  /** What to type or do next; where that names the data of a registry, of their folder, which only its owner knows. */
  readonly hint?: string | OwnersHint | undefined
  readonly cause?: unknown
}

/** Of the folder as it is typed. */
type OwnersHint = (data: string) => string

export class CodedError extends Error {
  override readonly name = 'CodedError'
  readonly code: ErrorCode
  /** The message without the place, for who shows that in another way. */
  readonly problem: string
  readonly place: string | undefined
  readonly details: ErrorDetails
  readonly hint: string | undefined
  /** The hint for whoever has the data at hand; undefined where it is the same for all. */
  readonly ownersHint: OwnersHint | undefined

  constructor(code: ErrorCode, fields: ErrorFields) {
    const { message, place, cause } = fields
    super(place === undefined ? message : `${place}: ${message}`, cause === undefined ? undefined : { cause })
    this.code = code
    this.problem = message
    this.place = place
    this.details = fields.details ?? {}
    this.ownersHint = typeof fields.hint === 'function' ? fields.hint : undefined
    this.hint = typeof fields.hint === 'function' ? fields.hint('DIR') : fields.hint
  }

  toJSON(): { code: ErrorCode; message: string; details: ErrorDetails; hint?: string } {
    const details = bounded(this.details) as ErrorDetails
    return { code: this.code, message: this.message, details, ...(this.hint ? { hint: this.hint } : {}) }
  }
}

/** Words from outside may be of any length, and whoever logs, sends or shows an error holds all of it. */
const MAX_WORD = 16 * 1024

function bounded(value: unknown): unknown {
  if (typeof value === 'string') return boundedWord(value)
  if (Array.isArray(value)) return value.map(bounded)
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, bounded(one)]))
}

/** No half of a pair is left, which a reader of strict JSON refuses together with all of the error. */
function boundedWord(text: string): string {
  return text.length > MAX_WORD ? `${text.slice(0, MAX_WORD).toWellFormed()}…` : text.toWellFormed()
}

/** Builds the error; the caller throws it, so that control flow stays visible. */
export function coded(code: ErrorCode, fields: ErrorFields): CodedError {
  return new CodedError(code, fields)
}

/** The same error for whoever is helped by another next step than where it was made. */
export function withHint({ code, problem, place, details, cause }: CodedError, hint: string): CodedError {
  return coded(code, { message: problem, place, details, hint, cause })
}

export function isCoded(error: unknown, code?: ErrorCode): error is CodedError {
  return error instanceof CodedError && (code === undefined || error.code === code)
}

/** Of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** For a catch that deals with any refusal: what has no code is a defect of octo, which is thrown on and passes for none. */
export function throwDefect(error: unknown): asserts error is CodedError {
  if (!isCoded(error)) throw error
}

/**
 * What ended the work, where what `using` ends failed behind it as well: a disk that fails does so again while all is closed. Known by its
 * name: Node 22, under which plugins of the sdk may run, has no such class, and esbuild makes one of its own there.
 */
export function firstFailure(error: unknown): unknown {
  const isSuppressing = error instanceof Error && error.name === 'SuppressedError' && 'suppressed' in error
  return isSuppressing ? firstFailure(error.suppressed) : error
}
