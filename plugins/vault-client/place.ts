// Addresses and paths as they are given, read strictly: a path cannot leave its place in the API, and what is secret is not sent in
// the clear by mistake.
import { invalidOptions } from '../../sdk/index.ts'

export type Server = {
  /** Scheme, host and a prefix that ends in `/`. */
  readonly url: URL
  readonly socketPath?: string
}

/** Throws InvalidOptions. */
export function parseServer(address: string, allowsPlaintext: boolean): Server {
  if (address.startsWith('unix:///'))
    return { url: new URL('http://localhost/'), socketPath: address.slice('unix://'.length) }
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw invalidOptions('--address is no address, expected `https://HOST:8200` or `unix:///PATH`')
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw invalidOptions('--address holds more than scheme, host, port and path')
  if (url.protocol === 'http:' && !isLocal(url.hostname) && !allowsPlaintext)
    throw invalidOptions(
      '--address begins with `http://`, which sends secrets in the clear: use `https://`, or say `plaintext: true`',
    )
  return { url: new URL(`${url.pathname.replace(/\/+$/, '')}/`, url) }
}

function isLocal(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

/** Without `/` at its ends; throws InvalidOptions for a path that a server could take for another one. */
export function parsePath(text: string, option: string): string {
  const path = text.replace(/^\/+|\/+$/g, '').replace(/^v1\//, '')
  const isPlain = path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  if (isPlain && !path.endsWith('.') && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(path)) return path
  throw invalidOptions(`--${option} is no path, expected parts with \`/\` between them, without \`.\` and \`..\``)
}

/** A path in the API, each part of it escaped. */
export function encodedPath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}
