// What is to be reached, from the spellings of all OctoCompose documents: a URL, or network + address + endpoint. Keeps
// the credentials of a URL apart from what is shown.
import type { Endpoint, OptionValues } from '../../sdk/index.ts'
import { invalidOptions, parseEndpoint } from '../../sdk/index.ts'
import type { options } from './options.ts'

export type WebTarget = {
  readonly kind: 'web'
  /** Without credentials. */
  readonly url: URL
  readonly credentials?: string
  readonly socketPath?: string
}
export type Target = WebTarget | { readonly kind: 'connect'; readonly endpoint: Endpoint; readonly shown: string }

type Given = Pick<OptionValues<typeof options>, 'url' | 'endpoint' | 'address' | 'network' | 'plaintext'>

/** Schemes whose protocol is not spoken here: that the server accepts connections is what is checked. */
const DEFAULT_PORTS: Readonly<Record<string, number | undefined>> = {
  'tcp:': undefined,
  'grpc:': 80,
  'grpcs:': 443,
  'drpc:': undefined,
}
const UNIX_SCHEMES = ['unix:', 'unix+grpc:', 'unix+drpc:', 'grpc+unix:', 'drpc+unix:']

export function targetOf(given: Given): Target {
  const { url, address } = given
  // An empty one is what a config says that leaves it to the plugin.
  const endpoint = given.endpoint || undefined
  const whole = url ?? (endpoint?.includes('://') ? endpoint : undefined)
  if (whole === undefined) return addressTarget({ ...given, endpoint })
  if (address !== undefined || (url !== undefined && endpoint !== undefined))
    throw invalidOptions('--url says everything, expected neither --address nor --endpoint beside it')
  return urlTarget(whole)
}

/** What people are shown of a URL: no credentials, no query values, no fragment. */
export function shown(url: URL, socketPath?: string): string {
  const place = socketPath ? `${socketPath}:` : `${url.protocol}//${url.host}`
  return `${place}${url.pathname}${url.search ? '?…' : ''}`
}

function urlTarget(text: string): Target {
  if (text.startsWith('/')) return socketTarget(text)
  if (/^[^/?#]*:\d{1,5}([/?#]|$)/.test(text) || /^[\w.-]+\.[\w.-]+([/?#]|$)/.test(text))
    throw invalidOptions(
      '--url has no scheme before the host, expected `http://host:port/path`, or `tcp://host:port` to connect only',
    )
  if (!URL.canParse(text)) throw invalidOptions('--url is no URL, expected `scheme://host:port/path`')
  const url = new URL(text)
  if (url.protocol === 'http:' || url.protocol === 'https:') return webTarget(url)
  if (url.protocol === 'http+unix:') return webOverSocket(decoded(url.host + url.pathname))
  if (UNIX_SCHEMES.includes(url.protocol)) return socketTarget(decoded(url.host + url.pathname))
  if (url.protocol in DEFAULT_PORTS) return portTarget(url)
  throw invalidOptions(`--url begins with \`${url.protocol.slice(0, 40)}//\`, expected a scheme that --help names`)
}

function webTarget(given: URL, socketPath?: string): WebTarget {
  const url = new URL(given)
  const { username, password } = url
  url.username = ''
  url.password = ''
  url.hash = ''
  const credentials = `${decoded(username)}:${decoded(password)}`
  return {
    kind: 'web',
    url,
    ...(username || password ? { credentials } : {}),
    ...(socketPath === undefined ? {} : { socketPath }),
  }
}

/** The text itself may be a password and is not shown. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalidOptions('--url has a `%` that encodes nothing, expected `%25` where a `%` is meant')
  }
}

/** `http+unix:///run/app.sock:/healthz`: the socket's path, a colon, the path that is asked for. */
function webOverSocket(text: string): WebTarget {
  const split = text.indexOf(':')
  const path = split === -1 ? '/' : text.slice(split + 1)
  return webTarget(new URL(path, 'http://localhost/'), split === -1 ? text : text.slice(0, split))
}

function socketTarget(path: string): Target {
  if (path === '') throw invalidOptions('--url names no socket, expected `unix:///path/of.sock`')
  return { kind: 'connect', endpoint: { kind: 'unix', path }, shown: path }
}

function portTarget(url: URL): Target {
  const port = url.port === '' ? DEFAULT_PORTS[url.protocol] : Number(url.port)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (host === '' || !port)
    throw invalidOptions(`--url names no host and port, expected \`${url.protocol}//host:port\``)
  return { kind: 'connect', endpoint: { kind: 'tcp', host, port }, shown: `${url.protocol}//${url.hostname}:${port}` }
}

function addressTarget({ address, endpoint, network, plaintext }: Given): Target {
  if (address === undefined) throw invalidOptions('--url, --address or --endpoint is needed')
  if (network === 'unix')
    return endpoint === undefined ? socketTarget(address) : pathTarget(endpoint, plaintext, address)
  const { host, port } = parseEndpoint(address)
  if (endpoint === undefined) return { kind: 'connect', endpoint: { kind: 'tcp', host, port }, shown: address }
  return pathTarget(endpoint, plaintext, undefined, host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)
}

function pathTarget(path: string, plaintext: boolean, socketPath?: string, authority = 'localhost'): WebTarget {
  if (!path.startsWith('/')) throw invalidOptions('--endpoint is neither a path nor a URL, expected `/path`')
  return webTarget(new URL(`${plaintext ? 'http' : 'https'}://${authority}${path}`), socketPath)
}
