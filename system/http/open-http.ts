// Reads over HTTP, one request at a time: timeouts, redirects, credentials where a server asks for them. Trying again is for
// retry.ts, what a refusal means for refusal.ts.
import type { IncomingMessage } from 'node:http'
import { coded, isCoded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import { shownDuration } from '../../schemas/shown-duration.ts'
import { awaitAnswer } from './await-answer.ts'
import type { Asked } from './fetch-error.ts'
import { addressOf, brokenOff, fetchFailed, waitingLine } from './fetch-error.ts'
import { guardedBody } from './guarded-body.ts'
import type { Timeouts } from './limits.ts'
import { MAX_REDIRECTS, TIMEOUTS } from './limits.ts'
import type { Environment, ProxyServer } from './proxy.ts'
import { refusedByProxy } from './proxy-refusal.ts'
import type { Reach } from './reach.ts'
import type { Attempt } from './retry.ts'
import { openTransport } from './transport.ts'

type HttpOptions = {
  /** For proxies and authorities. */
  readonly env: Environment
  /**
   * Asked only when a server refuses a read, and from then on before each read there. Below another path of the same host there may be
   * another registry, whose login is another one.
   */
  readonly credentials?: FindCredentials
  /** Authorization by origin that is sent at once, to that origin alone. */
  readonly granted?: ReadonlyMap<string, string>
  readonly timeouts?: Partial<Timeouts>
  /** Where the server that is asked may send us; anywhere when absent. */
  readonly reach?: Reach | undefined
  /** What whoever was refused can do, in the words of who asks; without it only what any server may mean is said. */
  readonly hintOf?: ((refused: Refused) => Promise<string | undefined>) | undefined
  /** Told what is waited for, when that takes a while. */
  readonly onWait?: ((line: string) => void) | undefined
}

/** The value of Authorization, or undefined. `challenge` is what the server wrote into WWW-Authenticate. */
export type FindCredentials = (url: URL, challenge: string | undefined) => Promise<string | undefined>

/** An answer that is not what was asked for. */
export type Refused = { readonly status: number; readonly url: URL; readonly challenge: string | undefined }

export type Answer = {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  /** Where the answer came from after redirects. */
  readonly url: URL
  readonly via?: ProxyServer | undefined
  /** Breaks off with FETCH_FAILED when it stalls or crawls. */
  readonly body: AsyncIterable<Buffer>
  /** What to do, as who asks knows it, where the answer is a refusal. */
  readonly hint?: () => Promise<string | undefined>
  /** Lets go of a body that nobody reads. */
  discard(): void
}

type Headers = Readonly<Record<string, string>>

export type Http = Disposable & {
  get(url: URL, headers?: Headers, attempt?: Attempt): Promise<Answer>
}

export async function openHttp(options: HttpOptions): Promise<Http> {
  const timeouts = { ...TIMEOUTS, ...options.timeouts }
  const { env, reach, hintOf } = options
  const transport = openTransport({ env, connectMs: timeouts.connectMs, admit: reach?.requireAddresses })
  /** What servers that ask for a login wrote into WWW-Authenticate, by origin. */
  const challenges = new Map<string, string | undefined>()

  async function send(url: URL, headers: Headers, attempt: Attempt | undefined): Promise<IncomingMessage> {
    const asked = askedOf(url)
    for (;;) {
      const request = transport.request(url, { headers: { 'user-agent': 'octo', ...headers } })
      try {
        return await answered(request, asked, attempt)
      } catch (error) {
        // The server or proxy closed a connection that was kept; it never saw the request.
        if (!request.reusedSocket || !isClosed(error)) throw fetchFailed(asked, error)
      }
    }
  }

  async function answered(request: ReturnType<typeof transport.request>, asked: Asked, attempt: Attempt | undefined) {
    const limitMs = Math.min(timeouts.answerMs, attempt?.answerMs ?? Number.POSITIVE_INFINITY)
    const notice = setTimeout(() => options.onWait?.(waitingFor(asked, limitMs, attempt)), timeouts.noticeMs)
    const answer = awaitAnswer(request, asked, {
      limitMs,
      late: () => brokenOff(asked, `no answer within ${shownDuration(limitMs)}`),
    })
    request.end()
    return await answer.finally(() => clearTimeout(notice))
  }

  const askedOf = (url: URL): Asked => ({ url, via: transport.proxyOf(url) })

  /** What is sent at once: what a server asked for once it is not asked to ask for again. */
  async function loginFor(given: URL, url: URL): Promise<string | undefined> {
    const fixed = options.granted?.get(given.origin)
    if (fixed !== undefined || !challenges.has(given.origin)) return fixed
    return loginAt(given, url, challenges.get(given.origin))
  }

  /** What the given address has, as long as the one that it led to has the same: below another path may be another registry. */
  async function loginAt(given: URL, url: URL, challenge: string | undefined): Promise<string | undefined> {
    const own = await options.credentials?.(given, challenge)
    if (own === undefined || url.pathname === given.pathname) return own
    const led = Object.assign(new URL(url), { username: given.username, password: given.password })
    return (await options.credentials?.(led, challenge)) === own ? own : undefined
  }

  /** Credentials go to where the request began, and never over a redirect to somewhere else. */
  async function sendWithCredentials(url: URL, given: URL, headers: Headers, attempt: Attempt | undefined) {
    const mayAuthorize = url.origin === given.origin
    const known = mayAuthorize ? await loginFor(given, url) : undefined
    const response = await send(url, { ...headers, ...(known ? { authorization: known } : {}) }, attempt)
    if (!mayAuthorize || !options.credentials || ![401, 403].includes(response.statusCode ?? 0)) return response
    const challenge = response.headers['www-authenticate']
    const authorization = await loginAt(given, url, challenge)
    if (authorization === undefined || authorization === known) return response
    response.destroy()
    challenges.set(url.origin, challenge)
    return send(url, { ...headers, authorization }, attempt)
  }

  async function get(given: URL, headers: Headers = {}, attempt?: Attempt): Promise<Answer> {
    const start = requireWeb(given)
    let url = start
    for (let hops = 0; ; hops++) {
      const response = await sendWithCredentials(url, given, headers, attempt)
      const asked = askedOf(url)
      if (response.statusCode === 407 && asked.via) {
        response.destroy()
        throw refusedByProxy(asked.via, response, url.host)
      }
      const next = redirectOf(response, asked)
      if (!next) return answerOf(response, asked, { timeouts, hintOf })
      response.destroy()
      if (hops === MAX_REDIRECTS) throw redirectRefused(start, next, `more than ${MAX_REDIRECTS} redirects`)
      if (url.protocol === 'https:' && next.protocol !== 'https:')
        throw redirectRefused(start, next, 'a redirect away from HTTPS')
      reach?.requireOutward(next)
      url = requireWeb(next)
    }
  }

  return { get, [Symbol.dispose]: () => transport[Symbol.dispose]() }
}

type Read = Pick<HttpOptions, 'hintOf'> & { readonly timeouts: Timeouts }

function answerOf(response: IncomingMessage, asked: Asked, { timeouts, hintOf }: Read): Answer {
  const { statusCode: status = 0, headers } = response
  const { url, via } = asked
  return {
    status,
    headers,
    url,
    via,
    body: guardedBody(response, asked, timeouts),
    hint: async () => hintOf?.({ status, url, challenge: headers['www-authenticate'] }),
    discard: () => response.destroy(),
  }
}

function isClosed(error: unknown): boolean {
  return !isCoded(error) && ['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '')
}

function waitingFor(asked: Asked, answerMs: number, attempt: Attempt | undefined): string {
  const tries = attempt && attempt.attempts > 1 ? `, attempt ${attempt.attempt} of ${attempt.attempts}` : ''
  return `${waitingLine(asked, answerMs)}${tries}`
}

function redirectOf({ statusCode = 0, headers }: IncomingMessage, asked: Asked): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(statusCode) || headers.location === undefined) return undefined
  if (URL.canParse(headers.location, asked.url)) return new URL(headers.location, asked.url)
  throw redirectRefused(asked.url, undefined, `a redirect to ${quote(shownAddress(headers.location))}`)
}

/** User and password of an address are no part of what is asked; credentials are looked up for what was given. */
function requireWeb(given: URL): URL {
  const url = new URL(given)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw coded('FETCH_REFUSED', { message: `expected a URL of \`http\` or \`https\`, found ${quote(addressOf(url))}` })
  url.username = ''
  url.password = ''
  return url
}

function redirectRefused(from: URL, to: URL | undefined, problem: string): Error {
  const target = to === undefined ? '' : `, to ${quote(addressOf(to))}`
  return coded('FETCH_REFUSED', {
    message: `${quote(addressOf(from))} answers with ${problem}${target}`,
    details: { url: addressOf(from), ...(to ? { redirect: addressOf(to) } : {}) },
  })
}
