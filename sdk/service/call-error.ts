// Why a call is not answered as it was asked: a sentence for whoever asked, and a status of HTTP.
import { REFUSALS } from '../../schemas/contract/ocm/refusals.ts'

export class CallError extends Error {
  override readonly name = 'CallError'
  readonly status: number

  /** 500 says that the plugin could not, 4xx that it was asked for something that cannot be. */
  constructor(message: string, status = 500, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }
}

/** What was asked cannot be decoded, or has not the shape of its contract. */
export function unreadable(refusal: 'body unreadable' | 'query unreadable', why: string): CallError {
  const { status, text } = REFUSALS[refusal]
  return new CallError(`${text}${why}`, status)
}
