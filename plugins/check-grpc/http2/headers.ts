// Header fields as one answer has them, held to the rules of HTTP/2: what two readers could take for two things is refused.
import { protocolError } from '../../rpc-health/failure.ts'
import type { HeaderField } from './header-block.ts'

export type Headers = ReadonlyMap<string, string>

const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

export function headersOf(fields: readonly HeaderField[], place: 'headers' | 'trailers'): Headers {
  const headers = new Map<string, string>()
  for (const [name, value] of fields) {
    const isStatus = place === 'headers' && name === ':status'
    // `:status` stands first; of several headers of one name, these decide and the others may be repeated.
    if (isStatus ? headers.size > 0 : !NAME.test(name)) throw protocolError('its headers are not as HTTP/2 has them')
    if (!VALUE.test(value)) throw protocolError('its headers hold characters that HTTP does not allow')
    if (headers.has(name) && DECISIVE.includes(name)) throw protocolError(`it sends \`${name}\` more than once`)
    if (!headers.has(name)) headers.set(name, value)
  }
  if (place === 'headers' && !/^[1-5]\d\d$/.test(headers.get(':status') ?? ''))
    throw protocolError('its answer has no HTTP status')
  return headers
}

const DECISIVE = ['content-type', 'grpc-status', 'grpc-message', 'grpc-encoding']

/** An answer before the answer, such as 103. */
export function isInterim(headers: Headers): boolean {
  return headers.get(':status')?.startsWith('1') ?? false
}
