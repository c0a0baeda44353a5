// Fetches the documents that a config includes from the web: each once in a run, asked for again only when it changed, all
// within one time. Where the network is not allowed or the server is down, the copy of an earlier run does, with a warning.

import { DAY_MS } from '../../schemas/duration.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { quote } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import { shownDuration } from '../../schemas/shown-duration.ts'
import type { Http, Refused } from '../../system/http/open-http.ts'
import type { DocumentCopies } from './document-copies.ts'
import { ageInWords, copiesIn, replacedBy, wasReplaced } from './document-copies.ts'
import type { FetchedText, FetchText } from './fetched-text.ts'

type FetcherOptions = {
  readonly env: Readonly<Record<string, string | undefined>>
  /** No socket is opened. */
  readonly offline: boolean
  /** For who compares: only what an earlier run kept, or only what the server says now, which is then not kept. */
  readonly side?: FetchedSide | undefined
  /** The folder of the copies; absent, nothing is kept. Asked for only when something is fetched. */
  readonly copiesFolder?: (() => string) | undefined
  readonly onWait?: ((line: string) => void) | undefined
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

export type FetchedSide = 'last' | 'now'

type Fetcher = Disposable & { readonly fetchText: FetchText }

/** Of all documents of a config together. */
const ALL_MS = 180_000
/** A forged answer may carry the ETag of the real document, and would then be confirmed for ever. */
const MAX_CONFIRMED_MS = DAY_MS

export function openFetcher(options: FetcherOptions): Fetcher {
  const { env, offline, side, copiesFolder, onWait, now = Date.now } = options
  let opened: Promise<Http> | undefined
  let copies: DocumentCopies | undefined
  const endsAt = performance.now() + ALL_MS
  const http = () => {
    opened ??= connect(env, onWait)
    return opened
  }
  return {
    async fetchText(url, maxBytes) {
      copies ??= copiesFolder && copiesIn(copiesFolder(), now)
      if (side === 'last') return withoutWarning(copies?.read(url)) ?? fail(neverFetched(url))
      if (side === 'now' && copies) copies = { ...copies, write: () => undefined }
      if (offline) return copyOf(url, { copies, now, reason: 'the network is not allowed' }) ?? fail(notAllowed(url))
      try {
        return await fetchOne(url, { http: await http(), copies, now, maxBytes, leftMs: endsAt - performance.now() })
      } catch (error) {
        if (side === 'now' || !isDown(error)) throw error
        return copyOf(url, { copies, now, reason: 'the server cannot be reached' }) ?? fail(error)
      }
    },
    [Symbol.dispose]: () => void opened?.then((open) => open[Symbol.dispose]()).catch(() => undefined),
  }
}

async function connect(env: FetcherOptions['env'], onWait: FetcherOptions['onWait']): Promise<Http> {
  const [{ openHttp }, { credentialsFrom }, { loginHint }] = await Promise.all([
    import('../../system/http/open-http.ts'),
    import('../../credentials/read-credentials.ts'),
    import('../../credentials/login-hint.ts'),
  ])
  const hintOf = async (refused: Refused) => loginHint(refused)
  return openHttp({ env, credentials: credentialsFrom(env), hintOf, onWait })
}

type One = {
  readonly http: Http
  readonly copies: DocumentCopies | undefined
  readonly now: () => number
  readonly maxBytes: number
  readonly leftMs: number
}

async function fetchOne(url: string, { http, copies, now, maxBytes, leftMs }: One): Promise<FetchedText> {
  const { DOCUMENT_MS } = await import('../../system/http/whole-time.ts')
  const { fetchText } = await import('../../system/http/fetch-text.ts')
  if (leftMs <= 0) throw tooLong(url)
  const before = copies?.read(url)
  const confirmed = confirmable(before, now)
  let given: string | undefined
  const text = await fetchText(http, {
    url: new URL(url),
    maxBytes,
    wholeMs: Math.min(leftMs, DOCUMENT_MS),
    copies: {
      read: () => confirmed,
      write: (_, { etag }) => {
        given = etag
      },
    },
  })
  if (text === undefined) throw notThere(url)
  const isConfirmed = given === undefined && confirmed !== undefined && text === confirmed.text
  return {
    text,
    ...(before?.signedAt === undefined ? {} : { signedAt: before.signedAt }),
    ...(wasReplaced(before, text) ? { wasReplaced: true } : {}),
    keep(signedAt = before?.signedAt) {
      const signed = { ...omitUndefined({ signedAt }), replaced: replacedBy(text, before) }
      // A copy that was confirmed stays as old as it was.
      if (!isConfirmed) copies?.write(url, { text, ...omitUndefined({ etag: given }), ...signed })
      else if (before && signedAt !== before.signedAt) copies?.write(url, { ...before, ...signed })
    },
  }
}

function confirmable(copy: ReturnType<DocumentCopies['read']>, now: () => number) {
  if (copy?.etag === undefined || Math.abs(now() - copy.at) > MAX_CONFIRMED_MS) return undefined
  return { text: copy.text, etag: copy.etag }
}

type Fallback = {
  readonly copies: DocumentCopies | undefined
  readonly now: () => number
  readonly reason: string
}

function copyOf(url: string, { copies, now, reason }: Fallback) {
  const copy = copies?.read(url)
  if (!copy) return undefined
  const age = ageInWords(Math.max(0, now() - copy.at))
  return { ...withoutWarning(copy), text: copy.text, warning: `is a copy that was fetched ${age} ago, as ${reason}` }
}

function withoutWarning(copy: ReturnType<DocumentCopies['read']>): FetchedText | undefined {
  return copy && { text: copy.text, ...omitUndefined({ signedAt: copy.signedAt }) }
}

/** Nothing was said about the document. A refusal says something: it may be gone, or for others. */
function isDown(error: unknown): boolean {
  if (isCoded(error, 'FETCH_FAILED')) return true
  return isCoded(error, 'FETCH_REFUSED') && Number(error.details.status) >= 500
}

function fail(error: unknown): never {
  throw error
}

function notAllowed(url: string): Error {
  return coded('OFFLINE', {
    message: `config ${quote(shownAddress(url))} is needed from the network, and that is not allowed`,
    details: { url: shownAddress(url) },
    hint: 'run `octo config show` once with network: it keeps a copy',
  })
}

function neverFetched(url: string): Error {
  const shown = shownAddress(url)
  return coded('CONFIG_NOT_FOUND', {
    message: `there is no copy of ${quote(shown)} from an earlier run to compare with`,
    details: { url: shown },
    hint: 'run `octo config show` once: it keeps a copy',
  })
}

function notThere(url: string): Error {
  const shown = shownAddress(url)
  return coded('CONFIG_NOT_FOUND', { message: `there is no config at ${quote(shown)}`, details: { url: shown } })
}

function tooLong(url: string): Error {
  return coded('LIMIT_EXCEEDED', {
    message: `the documents of the config did not come within ${shownDuration(ALL_MS)}`,
    details: { url: shownAddress(url), wholeMs: ALL_MS },
  })
}
