// How the text of a document comes from the web, whoever fetches it.

/** Gives the text of a web document, or throws a FETCH or LIMIT error; the caller decides on retries, proxies and caches. */
export type FetchText = (url: string, maxBytes: number) => Promise<string | FetchedText>
export type FetchedText = {
  readonly text: string
  /** The end of a sentence about the document. */
  readonly warning?: string
  /** When the document that was used last from this address was signed. */
  readonly signedAt?: number
  /** It was used from this address before, and another one since. */
  readonly wasReplaced?: boolean
  /** Keeps a copy for later, which the caller wants once it is what it should be. */
  readonly keep?: (signedAt?: number) => void
}
