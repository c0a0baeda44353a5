// A file of known size into a sink: continued where it broke off, retried, never longer than promised. Sizes and statuses
// are looked at before any checksum, so that an error page is called an error page.
import { coded } from '../../schemas/errors.ts'
import { printable, quote } from '../../schemas/quote.ts'
import { usableEtag } from './etag.ts'
import { addressOf } from './fetch-error.ts'
import { giveBack } from './give-back.ts'
import type { Answer, Http } from './open-http.ts'
import { refusalOf } from './refusal.ts'
import type { Attempt, RetryOptions } from './retry.ts'
import { retrying } from './retry.ts'
import type { WholeTime } from './whole-time.ts'
import { startWholeTime } from './whole-time.ts'

export type DownloadOrigin = { readonly url: string; readonly etag?: string }

export type DownloadSink = {
  /** Bytes that are here already, from `origin`. */
  readonly size: number
  readonly origin: DownloadOrigin | undefined
  /** Forgets them: the file begins anew, from this origin. */
  restart(origin: DownloadOrigin): void
  /** The chunk is lent for as long as this runs: what is kept of it has to be copied. */
  write(chunk: Uint8Array): void
}

type DownloadRequest = {
  readonly url: URL
  readonly size: number
  readonly sink: DownloadSink
  readonly retry?: RetryOptions | undefined
  /** For all attempts together; without it only rates are limited. */
  readonly wholeMs?: number
  /**
   * What is here is continued from the same file alone, as its ETag says; or from any server, where the digest of the whole is known
   * and is compared at the end.
   */
  readonly continues?: 'same file' | 'same bytes'
  /** Told when bytes of one answer are followed by those of another one, which may be of another file after all. */
  readonly onContinued?: () => void
}

/** Fills the sink up to `size`; that the bytes are the right ones is for the caller to prove. */
export async function download(http: Http, request: DownloadRequest): Promise<void> {
  const time = startWholeTime(request.wholeMs)
  await retrying((attempt) => downloadOnce(http, { ...request, time }, attempt), request.retry)
}

type Timed = DownloadRequest & { readonly time: WholeTime }

async function downloadOnce(http: Http, request: Timed, attempt: Attempt): Promise<void> {
  const { url, size, sink, time, continues } = request
  if (sink.size === size && (continues === 'same bytes' || sink.origin?.url === url.href)) return
  const answer = await http.get(url, { 'accept-encoding': 'identity', ...continuation(request) }, attempt)
  if (answer.status === 206) goOn(answer, request)
  else if (answer.status === 200) begin(answer, sink, url, size)
  else if (answer.status === 416) beginAnew(answer, request)
  else throw await refusalOf(answer)
  for await (const chunk of time.chunksOf(answer)) {
    if (sink.size + chunk.length > size) throw wrongSize(answer, size, `more than ${size}`)
    sink.write(chunk)
    giveBack(chunk)
  }
  if (sink.size < size) throw brokeOff(answer, sink, size)
}

/** Without a digest, the rest only of the very same file; without an ETag nobody can tell. */
function continuation({ sink, url, size, continues }: DownloadRequest): Record<string, string> {
  const { size: have, origin } = sink
  if (have === 0 || have >= size) return {}
  if (continues === 'same bytes' && origin?.url !== url.href) return { range: `bytes=${have}-` }
  const etag = usableEtag(origin?.etag)
  if (origin?.url !== url.href || etag === undefined) return {}
  return { range: `bytes=${have}-`, 'if-range': etag }
}

function begin(answer: Answer, sink: DownloadSink, url: URL, size: number): void {
  const length = answer.headers['content-length']
  // Apache may call the file itself encoded, as its name ends in `.gz`: as long as what was promised, it is what was promised, or no
  // digest fits.
  if (Number(length) !== size) requireUncoded(answer, size)
  if (length !== undefined && Number(length) !== size) throw wrongSize(answer, size, length)
  // A weak ETag does not promise the same bytes, so nothing may be continued on its word.
  const etag = usableEtag(answer.headers.etag)
  sink.restart({ url: url.href, ...(etag?.startsWith('"') ? { etag } : {}) })
}

function goOn(answer: Answer, request: DownloadRequest): void {
  const { sink, size, url, onContinued } = request
  if (codingOf(answer) !== 'identity') beginAnew(answer, request)
  const expected = `bytes ${sink.size}-${size - 1}/${size}`
  const range = answer.headers['content-range'] ?? 'none'
  if (range !== expected) throw wrongSize(answer, size, `the range ${quote(range)}`)
  if (isOfAnother(answer, sink.origin, url)) beginAnew(answer, request)
  onContinued?.()
}

/** Nobody can tell whether the end that was given belongs to what is here. */
function beginAnew(answer: Answer, { sink, size, url }: DownloadRequest): never {
  answer.discard()
  sink.restart({ url: url.href })
  throw brokeOff(answer, sink, size)
}

/** Some servers and caches pass over `If-Range`, and give the end of the file that is there now. */
function isOfAnother({ headers: { etag } }: Answer, origin: DownloadOrigin | undefined, url: URL): boolean {
  if (origin?.etag === undefined || origin.url !== url.href) return false
  return etag?.startsWith('"') === true && etag !== origin.etag
}

function requireUncoded(answer: Answer, size: number): void {
  const encoding = codingOf(answer)
  if (encoding === 'identity') return
  throw wrongSize(answer, size, `bytes encoded as ${printable(encoding, 20)}, and so other`, COMPRESSED)
}

function codingOf({ headers }: Answer): string {
  return headers['content-encoding'] ?? 'identity'
}

const REPLACED = 'the address may need a login, or the file was replaced'
const COMPRESSED =
  'the server compresses although it was asked not to: its owner has to serve artifacts as they are, in nginx with `gzip off`'

function wrongSize(answer: Answer, expected: number, found: string, hint = REPLACED): Error {
  answer.discard()
  const url = addressOf(answer.url)
  const type = printable(answer.headers['content-type'] ?? 'none', 60)
  const page = type.startsWith('text/html') ? ', and it looks like a web page' : ''
  return coded('SIZE_MISMATCH', {
    message: `${quote(url)} does not serve the artifact, expected ${expected} bytes, found ${found}${page}`,
    details: { url, expected, found, contentType: type },
    hint,
  })
}

function brokeOff(answer: Answer, sink: DownloadSink, size: number): Error {
  const url = addressOf(answer.url)
  return coded('FETCH_FAILED', {
    message: `${quote(url)} broke off after ${sink.size} of ${size} bytes`,
    details: { url, received: sink.size, size },
    hint: 'run the command again: it continues where it stopped',
  })
}
