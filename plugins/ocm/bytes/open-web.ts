// Asks a server for bytes: over TLS, or in the clear on this machine alone. A redirect leads to no less safe place, and takes
// credentials to no other server.
import { CallError } from '../../../sdk/service/index.ts'

type WebQuestion = {
  readonly signal: AbortSignal
  readonly accept?: string
  /** For the server of the address alone. */
  readonly authorization?: string | undefined
}

export type WebAnswer = {
  readonly status: number
  readonly headers: Headers
  readonly body: AsyncIterable<Uint8Array>
}

const REDIRECTS = [301, 302, 303, 307, 308]
const MAX_REDIRECTS = 5
const [BAD_REQUEST, TOO_LARGE, BAD_GATEWAY] = [400, 413, 502]

/** Throws a CallError of status 400 for an address that is none, or that sends in the clear. */
export function webAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !['https:', 'http:'].includes(url.protocol) || url.username !== '' || url.password !== '')
    throw new CallError('expected an address as `https://HOST/PATH`, without a name and password in it', BAD_REQUEST)
  if (url.protocol === 'https:' || isLoopback(url)) return url
  throw new CallError(`\`${url.origin}\` would be asked in the clear, expected \`https://\``, BAD_REQUEST)
}

/** An answer of any status but a redirect; throws a CallError of status 502 where there is none. */
export async function openWeb(
  address: URL,
  { signal, accept = '*/*', authorization }: WebQuestion,
): Promise<WebAnswer> {
  let url = address
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const isOwn = authorization !== undefined && url.origin === address.origin
    const headers = { accept, ...(isOwn ? { authorization } : {}) }
    const answer = await ask(url, { headers, signal, redirect: 'manual' })
    const location = answer.headers.get('location')
    if (!REDIRECTS.includes(answer.status) || location === null)
      return { status: answer.status, headers: answer.headers, body: answer.body ?? nothing() }
    await answer.body?.cancel()
    url = redirected(url, location)
  }
  throw new CallError(`\`${address.origin}\` redirects more than ${MAX_REDIRECTS} times`, BAD_GATEWAY)
}

/** The whole body; throws a CallError of status 413 for more. */
export async function readWhole(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxBytes) throw new CallError(`an answer holds more than ${maxBytes} bytes`, TOO_LARGE)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function ask(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (cause) {
    if (init.signal?.aborted) throw cause
    const { code = 'no connection' } = ((cause as Error).cause ?? {}) as NodeJS.ErrnoException
    throw new CallError(`\`${url.origin}\` does not answer (${code})`, BAD_GATEWAY, { cause })
  }
}

/**
 * Where a redirect leads, if it may: never from TLS into the clear, and never to this machine from elsewhere, whose services are not
 * for a server to choose. Throws a CallError of status 502.
 */
// allow(dead-export): a table of addresses, none of which is on the test's machine
export function redirected(from: URL, location: string): URL {
  const url = URL.canParse(location, from) ? new URL(location, from) : undefined
  const isLocal = url !== undefined && isLoopback(url)
  const isSafe = url?.protocol === 'https:' ? !isLocal || isLoopback(from) : isLocal && from.protocol === 'http:'
  const isWeb =
    url !== undefined && ['https:', 'http:'].includes(url.protocol) && `${url.username}${url.password}` === ''
  if (isWeb && isSafe) return url
  throw new CallError(`\`${from.origin}\` redirects to where it is not followed`, BAD_GATEWAY)
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
