// Why a mail was not accepted: for now, or for good.
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: 'retry' | 'failed'
  /** One word for programs. */
  readonly reason: string

  constructor(status: 'retry' | 'failed', reason: string, message: string) {
    super(message)
    this.status = status
    this.reason = reason
  }
}
