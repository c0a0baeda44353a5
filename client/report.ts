// Where the client says what it does while it works.
import { isCoded } from '../schemas/errors.ts'

/** One running download, for a progress display. */
type ReportedDownload = { advance(bytes: number): void; done(): void; fail(reason: string): void }

/** Where the client says what it does. All are optional; texts are safe to print. */
export type Report = {
  /** To be shown on every run: unsigned sources, yanked or deprecated versions, healed corruption. */
  readonly warn?: (line: string) => void
  readonly info?: (line: string) => void
  /** A server that does not answer yet; said now and then, so that a person knows why nothing happens. */
  readonly waiting?: (line: string) => void
  readonly download?: (item: { readonly name: string; readonly size: number }) => ReportedDownload
}

export type ShownDownload = {
  /** When something comes: from then on it is shown. 0 where nobody says how much it is. */
  begin(size: number): void
  advance(bytes: number): void
}

/** Shows what `fetch` brings. It has ended well only when all of `fetch` has: what arrived and was then refused is no success. */
export async function shownDownload<T>(
  report: Report,
  name: string,
  fetch: (shown: ShownDownload) => Promise<T>,
): Promise<T> {
  let item: ReportedDownload | undefined
  try {
    const fetched = await fetch({
      begin(size) {
        item ??= report.download?.({ name, size })
      },
      advance: (bytes) => item?.advance(bytes),
    })
    item?.done()
    return fetched
  } catch (error) {
    item?.fail(isCoded(error) ? error.code : 'did not end well')
    throw error
  }
}
