// The only file that opens sockets. One request at a time: timeouts, redirects, proxies, tokens; retries are in fetch.ts.
import type { IncomingMessage } from 'node:http'
import { coded, isCoded } from '../../schemas/errors.ts'
import { printable, quote } from '../../schemas/quote.ts'

export type HttpOptions = {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Bearer tokens by origin. */
  readonly tokens?: ReadonlyMap<string, string>
  readonly timeouts?: Partial<Timeouts>
}

export type Timeouts = {
  /** Until the first byte of an answer. */
  readonly answerMs: number
  /** Between two chunks. */
  readonly idleMs: number
  /** Bodies slower than `minBytesPerSecond` over this time are given up. */
  readonly slowMs: number
  readonly minBytesPerSecond: number
}

export const TIMEOUTS: Timeouts = { answerMs: 30_000, idleMs: 30_000, slowMs: 30_000, minBytesPerSecond: 1024 }

export type Answer = {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  /** Where the answer came from after redirects. */
  readonly url: URL
  /** Breaks off with FETCH_FAILED when it stalls or crawls. */
  readonly body: AsyncIterable<Buffer>
  /** Lets go of a body that nobody reads. */
  discard(): void
}

export type Http = {
  get(url: URL, headers?: Readonly<Record<string, string>>): Promise<Answer>
  [Symbol.dispose](): void
}

const MAX_REDIRECTS = 5
const PARALLEL = 16

export async function openHttp(options: HttpOptions): Promise<Http> {
  // An `import` of node:http also loads Node's fetch, which takes 25 ms and is not used.
  const http = process.getBuiltinModule('node:http')
  const https = process.getBuiltinModule('node:https')
  const timeouts = { ...TIMEOUTS, ...options.timeouts }
  const agentOptions = { keepAlive: true, maxSockets: PARALLEL, proxyEnv: { ...options.env } }
  const httpAgent = new http.Agent(agentOptions)
  const httpsAgent = new https.Agent(agentOptions)

  function send(url: URL, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
    const token = options.tokens?.get(url.origin)
    const all = { 'user-agent': 'octo', ...headers, ...(token ? { authorization: `Bearer ${token}` } : {}) }
    return new Promise((resolve, reject) => {
      const isSecure = url.protocol === 'https:'
      const setting = { headers: all, agent: isSecure ? httpsAgent : httpAgent }
      const request = isSecure ? https.request(url, setting) : http.request(url, setting)
      const timer = setTimeout(
        () => request.destroy(brokenOff(url, `no answer within ${timeouts.answerMs} ms`)),
        timeouts.answerMs,
      )
      request.once('response', (response) => {
        clearTimeout(timer)
        resolve(response)
      })
      request.once('error', (error) => {
        clearTimeout(timer)
        reject(fetchFailed(url, error))
      })
      request.end()
    })
  }

  async function get(start: URL, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    let url = start
    for (let hops = 0; ; hops++) {
      const response = await send(requireWeb(url), headers)
      const next = redirectOf(response, url)
      if (!next) return answerOf(response, url, timeouts)
      response.destroy()
      if (hops === MAX_REDIRECTS) throw redirectRefused(start, next, `more than ${MAX_REDIRECTS} redirects`)
      if (url.protocol === 'https:' && next.protocol !== 'https:')
        throw redirectRefused(start, next, 'a redirect away from HTTPS')
      url = next
    }
  }

  return {
    get,
    [Symbol.dispose]() {
      httpAgent.destroy()
      httpsAgent.destroy()
    },
  }
}

function answerOf(response: IncomingMessage, url: URL, timeouts: Timeouts): Answer {
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    url,
    body: guardedBody(response, url, timeouts),
    discard: () => response.destroy(),
  }
}

async function* guardedBody(response: IncomingMessage, url: URL, timeouts: Timeouts): AsyncGenerator<Buffer> {
  let [received, checked, idleSince] = [0, 0, performance.now()]
  let windowStart = idleSince
  const watch = setInterval(
    () => {
      const now = performance.now()
      if (now - idleSince > timeouts.idleMs) response.destroy(brokenOff(url, `no data for ${timeouts.idleMs} ms`))
      if (now - windowStart < timeouts.slowMs) return
      const rate = ((received - checked) * 1000) / (now - windowStart)
      if (rate < timeouts.minBytesPerSecond)
        response.destroy(brokenOff(url, `slower than ${timeouts.minBytesPerSecond} bytes per second`))
      ;[checked, windowStart] = [received, now]
    },
    Math.min(1000, timeouts.idleMs, timeouts.slowMs) / 2,
  )
  try {
    for await (const chunk of response) {
      received += (chunk as Buffer).length
      idleSince = performance.now()
      yield chunk as Buffer
      // Time that the reader took is not the server's.
      idleSince = performance.now()
    }
    if (!response.complete) throw brokenOff(url, 'the connection broke off')
  } catch (error) {
    throw fetchFailed(url, error)
  } finally {
    clearInterval(watch)
    response.destroy()
  }
}

function redirectOf(response: IncomingMessage, from: URL): URL | undefined {
  const { statusCode = 0, headers } = response
  if (![301, 302, 303, 307, 308].includes(statusCode) || headers.location === undefined) return undefined
  if (URL.canParse(headers.location, from)) return new URL(headers.location, from)
  response.destroy()
  throw brokenOff(from, `a redirect to ${printable(headers.location)}`)
}

function requireWeb(url: URL): URL {
  if (url.protocol === 'http:' || url.protocol === 'https:') return url
  throw coded('FETCH_REFUSED', { message: `expected a URL of \`http\` or \`https\`, found ${quote(url.href)}` })
}

function redirectRefused(from: URL, to: URL, problem: string): Error {
  return coded('FETCH_REFUSED', {
    message: `${quote(addressOf(from))} answers with ${problem}, to ${quote(addressOf(to))}`,
    details: { url: addressOf(from), redirect: addressOf(to) },
  })
}

function brokenOff(url: URL, message: string): Error {
  return fetchFailed(url, { message })
}

function fetchFailed(url: URL, cause: unknown): Error {
  if (isCoded(cause)) return cause
  const { code, message } = cause as { code?: string; message?: string }
  return coded('FETCH_FAILED', {
    message: `${quote(addressOf(url))} could not be fetched: ${printable(SENTENCES[code ?? ''] ?? code ?? message ?? 'unknown reason')}`,
    details: { url: addressOf(url), ...(code ? { reason: code } : {}) },
    hint: 'check the address and the network; proxies are taken from HTTPS_PROXY, HTTP_PROXY and NO_PROXY',
    cause,
  })
}

const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the server closed the connection',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name cannot be looked up now',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'there is no network',
  ETIMEDOUT: 'the connection timed out',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'its certificate is self-signed, NODE_EXTRA_CA_CERTS names a file with your own authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its certificate is by an unknown authority, NODE_EXTRA_CA_CERTS names a file with your own',
}

/** Without user, password, query and fragment: those may be secrets. */
export function addressOf(url: URL): string {
  return `${url.origin}${url.pathname}`
}
