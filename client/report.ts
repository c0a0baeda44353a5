// Where the client says what it does while it works.

/** One running download, for a progress display. */
type ReportedDownload = { advance(bytes: number): void; done(): void }

/** Where the client says what it does. All are optional; texts are safe to print. */
export type Report = {
  /** To be shown on every run: unsigned sources, yanked or deprecated versions, healed corruption. */
  readonly warn?: (line: string) => void
  readonly info?: (line: string) => void
  /** A server that does not answer yet; said now and then, so that a person knows why nothing happens. */
  readonly waiting?: (line: string) => void
  readonly download?: (item: { readonly name: string; readonly size: number }) => ReportedDownload
}
