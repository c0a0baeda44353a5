// A proxy's no, in words that name the proxy and not the server behind it.
import type { IncomingMessage } from 'node:http'
import { coded } from '../../schemas/errors.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { quote } from '../../schemas/quote.ts'
import type { ProxyServer } from './proxy.ts'
import { retryAfterMs } from './retry-after.ts'

/** `destination` is what the proxy was asked for. */
export function refusedByProxy(proxy: ProxyServer, answer: IncomingMessage, destination: string): Error {
  const { statusCode: status = 0, headers } = answer
  const waitMs = retryAfterMs(headers['retry-after'], Date.now())
  return coded('FETCH_REFUSED', {
    message: `the proxy ${quote(proxy.shown)} of ${proxy.variable} ${wordsFor(status, proxy, destination)}`,
    details: {
      proxy: proxy.shown,
      variable: proxy.variable,
      destination,
      status,
      ...omitUndefined({ retryAfterMs: waitMs }),
    },
    hint: hintFor(status, proxy, destination),
  })
}

function wordsFor(status: number, { authorization }: ProxyServer, destination: string): string {
  if (status !== 407) return `answers ${status} instead of connecting to ${quote(destination)}`
  return authorization
    ? 'does not accept the user and password given there (407)'
    : 'asks for a user and password (407)'
}

function hintFor(status: number, { variable }: ProxyServer, destination: string): string {
  if (status === 407)
    return `write them into ${variable} as \`http://USER:PASSWORD@HOST:PORT\`, with special characters percent-encoded`
  const host = destination.replace(/:\d+$/, '')
  return `ask who runs the proxy, or leave it out for this host: NO_PROXY=${host}`
}
