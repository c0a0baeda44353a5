// What went wrong on the way to an answer, as one error: whom it is about, why in words, and what to do about that.

import { connectionReason } from '../../schemas/connection-reasons.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { printable, quote } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import { shownSeconds } from '../../schemas/shown-duration.ts'
import { isLoopback } from './loopback.ts'
import type { ProxyServer } from './proxy.ts'

export type Asked = { readonly url: URL; readonly method?: string; readonly via?: ProxyServer | undefined }

/** Without user, password, query and fragment: those may be secrets. */
export function addressOf(url: URL): string {
  return shownAddress(url)
}

/** For a person who sees nothing happen: whom one waits for, and until when. */
export function waitingLine({ url, via }: Asked, limitMs: number): string {
  const place = via ? `${url.host} through the proxy ${via.shown}` : url.host
  return `waiting for ${place}, for at most ${shownSeconds(limitMs)}`
}

/** A transfer that broke off for a reason that is seen here, not told by the system. */
export function brokenOff(asked: Asked, reason: string, code?: string): Error {
  return failure(asked, reason, omitUndefined({ reason: code }))
}

/** FETCH_FAILED for whatever a socket throws; errors of ours are passed on. */
export function fetchFailed(asked: Asked, cause: unknown): Error {
  if (isCoded(cause)) return cause
  const code = codeOf(cause)
  return failure(asked, sentenceOf(cause), {
    ...omitUndefined({ reason: code }),
    ...hintFor(code, asked),
    ...(cause instanceof Error ? { cause } : {}),
  })
}

/** The proxy itself cannot be reached: nothing is known about the server behind it. */
export function proxyUnreachable({ url }: Asked, proxy: ProxyServer, cause: unknown): Error {
  if (isCoded(cause)) return cause
  const code = codeOf(cause)
  return coded('FETCH_FAILED', {
    message: `the proxy ${quote(proxy.shown)} of ${proxy.variable} cannot be reached: ${sentenceOf(cause)}`,
    details: { proxy: proxy.shown, variable: proxy.variable, ...omitUndefined({ reason: code }) },
    hint: `correct ${proxy.variable}, or leave the proxy out for this host: NO_PROXY=${url.hostname}`,
    cause,
  })
}

type Finding = { readonly reason?: string; readonly hint?: string; readonly cause?: Error }

function failure({ url, method = 'GET', via }: Asked, sentence: string, { reason, hint, cause }: Finding): Error {
  const address = addressOf(url)
  const way = via ? ` through the proxy ${quote(via.shown)} of ${via.variable}` : ''
  const what =
    method === 'GET' || method === 'HEAD'
      ? `${quote(address)} could not be fetched${way}`
      : `${method} ${quote(address)} got no whole answer${way}`
  return coded('FETCH_FAILED', {
    message: `${what}: ${sentence}`,
    details: { url: address, ...(reason ? { reason } : {}), ...(via ? { proxy: via.shown } : {}) },
    hint: hint ?? (isLoopback(url) ? LOOPBACK_HINT : NETWORK_HINT),
    cause,
  })
}

/** No proxy is asked for what is on this machine. */
const LOOPBACK_HINT = 'check the address and the port, and that the server is running'
const NETWORK_HINT =
  'check the address and the network; proxies are taken from HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY'

function codeOf(cause: unknown): string | undefined {
  const { code, errors } = cause as { code?: unknown; errors?: readonly unknown[] }
  if (typeof code === 'string') return code
  return errors?.[0] === undefined ? undefined : codeOf(errors[0])
}

/** Several addresses of one host give their distinct reasons. */
function sentenceOf(cause: unknown): string {
  const { errors, message } = cause as { errors?: readonly unknown[]; message?: string }
  if (errors && errors.length > 0) return [...new Set(errors.map(sentenceOf))].join('; ')
  const code = codeOf(cause)
  const names = code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? namesOf(cause) : ''
  return `${connectionReason(code)?.text ?? printable(message || code || 'unknown reason')}${names}`
}

/** For whom a certificate is, when not for the host that was asked. */
function namesOf(cause: unknown): string {
  const { cert } = cause as { cert?: { subjectaltname?: string } }
  return cert?.subjectaltname ? `, it names ${quote(cert.subjectaltname)}` : ''
}

/** What OpenSSL says of a server that answers without TLS; some versions of Node tell it apart. */
const NO_TLS: ReadonlySet<string | undefined> = new Set([
  'EPROTO',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
])

function hintFor(code: string | undefined, { url, via }: Asked): { hint?: string } {
  // What lies in a tunnel may be a page of the proxy; that the server speaks no TLS is the last thing to believe it.
  if (NO_TLS.has(code) && via)
    return { hint: `ask who runs the proxy, or leave it out for this host: NO_PROXY=${url.hostname}` }
  if (NO_TLS.has(code))
    return { hint: `if ${quote(url.host)} is served without TLS, its address begins with \`http://\`` }
  const kind = connectionReason(code)?.kind
  if (kind === 'untrusted')
    return {
      hint: 'where the authority is your own: name its PEM file in NODE_EXTRA_CA_CERTS or SSL_CERT_FILE, or add it to this system',
    }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return {
      hint: `whoever runs ${quote(url.host)} renews the certificate; a wrong clock on this machine looks the same`,
    }
  if (kind === 'certificate') return { hint: `use an address that the certificate of ${quote(url.host)} is for` }
  if (kind === 'name')
    return { hint: `check the spelling of ${quote(url.hostname)} and the name server of this machine` }
  return {}
}
