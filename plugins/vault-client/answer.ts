// An answer of the server, as far as it is understood whatever was asked.
export type Fields = Readonly<Record<string, unknown>>

export type Answer = {
  readonly status: number
  readonly body: Fields
  /** The server's first error, cut and without secrets; empty when it gave none. */
  readonly words: string
  readonly isSealed: boolean
  readonly retryAfterMs?: number
}
