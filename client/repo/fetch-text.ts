// Small documents: bounded, decompressed, retried, and asked for again only when they changed.
import { gunzipSync } from 'node:zlib'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { Answer, Http } from './http.ts'
import { addressOf } from './http.ts'
import { isNotFound, refusalOf } from './refusal.ts'
import { requireReprDigest } from './repr-digest.ts'
import type { RetryOptions } from './retry.ts'
import { retrying } from './retry.ts'

/** Copies of documents from earlier; losing them costs a request. */
export type DocumentCopies = {
  read(url: string): DocumentCopy | undefined
  write(url: string, copy: DocumentCopy): void
}
export type DocumentCopy = { readonly etag: string; readonly text: string }

export type TextRequest = {
  readonly url: URL
  readonly maxBytes: number
  readonly copies?: DocumentCopies
  readonly retry?: RetryOptions
}

/** The text, or undefined where the server says that there is none (404, 410). */
export async function fetchText(http: Http, request: TextRequest): Promise<string | undefined> {
  return retrying(() => attempt(http, request), request.retry)
}

async function attempt(http: Http, { url, maxBytes, copies }: TextRequest): Promise<string | undefined> {
  const copy = copies?.read(url.href)
  const conditional = copy ? { 'if-none-match': copy.etag } : {}
  const answer = await http.get(url, { 'accept-encoding': 'gzip', ...conditional })
  if (answer.status === 304 && copy) {
    answer.discard()
    return copy.text
  }
  if (isNotFound(answer)) {
    answer.discard()
    return undefined
  }
  if (answer.status !== 200) throw await refusalOf(answer)
  const bytes = await readBytes(answer, maxBytes)
  requireReprDigest(answer, bytes)
  const text = decode(bytes, answer, maxBytes)
  const { etag } = answer.headers
  if (etag !== undefined) copies?.write(url.href, { etag, text })
  return text
}

async function readBytes(answer: Answer, maxBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const chunk of answer.body) {
    size += chunk.length
    if (size > maxBytes) throw tooLarge(answer, maxBytes)
    pieces.push(chunk)
  }
  return Buffer.concat(pieces)
}

function decode(bytes: Buffer, answer: Answer, maxBytes: number): string {
  const encoding = answer.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'gzip' && encoding !== 'identity') throw unreadable(answer, `is encoded as ${quote(encoding)}`)
  try {
    const plain = encoding === 'gzip' ? gunzipSync(bytes, { maxOutputLength: maxBytes }) : bytes
    return new TextDecoder('utf-8', { fatal: true }).decode(plain)
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(answer, maxBytes)
    throw unreadable(answer, 'is not readable as text', error)
  }
}

function tooLarge(answer: Answer, maxBytes: number): Error {
  const url = addressOf(answer.url)
  return coded('LIMIT_EXCEEDED', {
    message: `${quote(url)} is larger than ${maxBytes} bytes`,
    details: { url, maxBytes },
  })
}

function unreadable(answer: Answer, problem: string, cause?: unknown): Error {
  const url = addressOf(answer.url)
  return coded('FETCH_REFUSED', { message: `answer of ${quote(url)} ${problem}`, details: { url }, cause })
}
