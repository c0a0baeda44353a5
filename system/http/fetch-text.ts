// Small documents: bounded, decompressed, retried, and asked for again only when they changed.
import { ACCEPTED_CODINGS, decodeContent } from '../../schemas/content-coding.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { quote } from '../../schemas/quote.ts'
import { decodeText } from '../../schemas/text.ts'
import { usableEtag } from './etag.ts'
import { addressOf } from './fetch-error.ts'
import type { Answer, Http } from './open-http.ts'
import { readBody, tooLarge } from './read-body.ts'
import { isNotFound, refusalOf } from './refusal.ts'
import { requireReprDigest } from './repr-digest.ts'
import type { Attempt, RetryOptions } from './retry.ts'
import { retrying } from './retry.ts'
import { isWebPage, webPageInstead } from './web-page.ts'
import { requireWholeAnswer } from './whole-answer.ts'
import type { WholeTime } from './whole-time.ts'
import { DOCUMENT_MS, startWholeTime } from './whole-time.ts'

/** Copies of documents from earlier; losing them costs a request. */
export type DocumentCopies = {
  read(url: string): DocumentCopy | undefined
  write(url: string, copy: DocumentCopy): void
}
export type DocumentCopy = { readonly etag: string; readonly text: string }

type TextRequest = {
  readonly url: URL
  readonly maxBytes: number
  readonly headers?: Readonly<Record<string, string>>
  readonly copies?: DocumentCopies
  readonly retry?: RetryOptions | undefined
  /** For all attempts together. */
  readonly wholeMs?: number
}

/** The text, or undefined where the server says that there is none (404, 410). */
export async function fetchText(http: Http, request: TextRequest): Promise<string | undefined> {
  const time = startWholeTime(request.wholeMs ?? DOCUMENT_MS)
  return retrying((attempt) => fetchOnce(http, { ...request, time }, attempt), request.retry)
}

async function fetchOnce(
  http: Http,
  { url, maxBytes, headers, copies, time }: TextRequest & { readonly time: WholeTime },
  attempt: Attempt,
): Promise<string | undefined> {
  const copy = copies?.read(url.href)
  const known = usableEtag(copy?.etag)
  const conditional = omitUndefined({ 'if-none-match': known })
  const answer = await http.get(url, { 'accept-encoding': ACCEPTED_CODINGS, ...conditional, ...headers }, attempt)
  if (answer.status === 304 && copy && known !== undefined) {
    answer.discard()
    return copy.text
  }
  if (isNotFound(answer)) {
    answer.discard()
    return undefined
  }
  if (answer.status !== 200) throw await refusalOf(answer)
  const bytes = await readBody(answer, maxBytes, time.chunksOf(answer))
  const header = answer.headers['repr-digest']
  const decoded = () => decode(bytes, answer, maxBytes)
  requireReprDigest({ address: addressOf(answer.url), header, bytes, decode: decoded })
  const text = textOf(decoded(), answer)
  if (isWebPage(answer.headers['content-type'], text)) throw webPageInstead(addressOf(answer.url), 'JSON or YAML')
  requireWholeAnswer(answer, text)
  const etag = usableEtag(answer.headers.etag)
  if (etag !== undefined) copies?.write(url.href, { etag, text })
  return text
}

function decode(bytes: Buffer, answer: Answer, maxBytes: number): Buffer {
  try {
    return decodeContent(bytes, answer.headers['content-encoding'], maxBytes)
  } catch (error) {
    if (isCoded(error, 'LIMIT_EXCEEDED')) throw tooLarge(answer, maxBytes)
    throw unreadable(answer, `cannot be read: ${(error as Error).message}`, error)
  }
}

function textOf(bytes: Buffer, answer: Answer): string {
  try {
    return decodeText(bytes, addressOf(answer.url))
  } catch (error) {
    throw unreadable(answer, 'is not readable as text', error)
  }
}

function unreadable(answer: Answer, problem: string, cause?: unknown): Error {
  const url = addressOf(answer.url)
  return coded('FETCH_REFUSED', { message: `answer of ${quote(url)} ${problem}`, details: { url }, cause })
}
