// Refuses requests that proxies and we could read differently, before anything looks at them.
import type { IncomingMessage } from 'node:http'
import { coded } from '../../../schemas/errors.ts'

const MAX_TARGET = 2048

/** Throws USAGE for two Host headers or a target that is not a plain path, LIMIT_EXCEEDED for a very long one. */
export function guardRequest({ rawHeaders, url = '' }: IncomingMessage): void {
  let hosts = 0
  for (let at = 0; at < rawHeaders.length; at += 2) if (rawHeaders[at]?.toLowerCase() === 'host') hosts++
  if (hosts > 1) throw coded('USAGE', { message: `expected one Host header, found ${hosts}` })
  if (!url.startsWith('/')) throw coded('USAGE', { message: 'expected a request target that begins with `/`' })
  if (url.length > MAX_TARGET)
    throw coded('LIMIT_EXCEEDED', {
      message: `the request target is longer than ${MAX_TARGET} characters`,
      details: { maxLength: MAX_TARGET },
    })
}
