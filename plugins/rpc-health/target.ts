// Which server and which method are meant, in the spellings of all OctoCompose documents: a URL, or network, address and endpoint.
import type { Endpoint } from '../../sdk/index.ts'
import { invalidOptions, parseEndpoint, renderEndpoint } from '../../sdk/index.ts'
import { HEALTH_METHOD } from './health.ts'

export type Security = 'plain' | 'tls'

type Scheme = {
  readonly kind: Endpoint['kind']
  /** What the scheme says about TLS, if anything. */
  readonly security?: Security
  readonly port?: number
}

/** The schemes of a protocol; the first one is what a URL without a scheme means, and what errors give as an example. */
export type Schemes = Readonly<Record<string, Scheme>>

export type Target = {
  readonly endpoint: Endpoint
  /** `/package.Service/Method`. */
  readonly method: string
  readonly security?: Security
  /** What people are shown. */
  readonly shown: string
}

type Given = {
  readonly url: string | undefined
  readonly address: string | undefined
  readonly listen: string | undefined
  readonly network: 'tcp' | 'tcp4' | 'tcp6' | 'unix' | undefined
  readonly endpoint: string | undefined
}

type Place = { readonly endpoint: Endpoint; readonly security?: Security; readonly path?: string }

/** Throws InvalidOptions, without the text of a URL: it may hold a password. */
export function targetOf(given: Given, schemes: Schemes): Target {
  const { endpoint, security, path } = placeOf(given, schemes)
  const method = given.endpoint || undefined
  if (method !== undefined && path !== undefined)
    throw invalidOptions('--url names the method already, expected no --endpoint')
  const shown = renderEndpoint(endpoint)
  return { endpoint, method: methodOf(method ?? path), ...(security ? { security } : {}), shown }
}

function placeOf(given: Given, schemes: Schemes): Place {
  const { url, network } = given
  const address = addressOf(given)
  const [example] = Object.keys(schemes)
  if (url === undefined && address === undefined)
    throw invalidOptions(`--url or --address is needed, such as \`${example}://localhost:9000\``)
  if (url !== undefined && (address !== undefined || network !== undefined))
    throw invalidOptions('--url says everything, expected neither --address nor --network beside it')
  const text = url ?? address ?? ''
  const spelling = schemeOf(text)
  if (spelling === undefined) return barePlace(text, url === undefined ? {} : (schemes[example ?? ''] ?? {}), network)
  const place = urlPlace(text, spelling, schemes)
  if (network !== undefined && (network === 'unix') !== (place.endpoint.kind === 'unix'))
    throw invalidOptions(`--network is \`${network}\`, and --address names another kind of place`)
  return withFamily(place, network)
}

function addressOf({ address, listen }: Given): string | undefined {
  if (address !== undefined && listen !== undefined)
    throw invalidOptions('--address and --listen say the same, expected one of them')
  return address ?? listen
}

/** `localhost:9000` names no scheme, though a URL could begin so. */
function schemeOf(text: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1] ?? /^(unix):(?!\d+$)/i.exec(text)?.[1]
}

function barePlace(text: string, { security }: Partial<Scheme>, network: Given['network']): Place {
  const said = security ? { security } : {}
  if (network === 'unix' || (network === undefined && text.startsWith('/'))) return { endpoint: socketAt(text) }
  if (text.includes('@'))
    throw invalidOptions('an address is a host and a port, expected no user and password before it')
  return withFamily({ endpoint: { kind: 'tcp', ...parseEndpoint(text) }, ...said }, network)
}

function withFamily(place: Place, network: Given['network']): Place {
  const { endpoint } = place
  if (endpoint.kind === 'unix' || network === undefined || network === 'tcp') return place
  return { ...place, endpoint: { ...endpoint, family: network === 'tcp4' ? 4 : 6 } }
}

function urlPlace(text: string, spelling: string, schemes: Schemes): Place {
  const scheme = schemes[spelling.toLowerCase()]
  if (!scheme || !Object.hasOwn(schemes, spelling.toLowerCase()))
    throw invalidOptions(`--url begins with \`${spelling.slice(0, 40)}:\`, expected one of ${schemeList(schemes)}`)
  if (!URL.canParse(text)) throw invalidOptions(`--url is no URL, expected \`${spelling}://host:port\``)
  const url = new URL(text)
  if (url.username || url.password || url.search || url.hash)
    throw invalidOptions('--url holds more than a place and a method, expected no user, query or fragment')
  const { security } = scheme
  const said = security ? { security } : {}
  if (scheme.kind === 'unix') return { endpoint: socketAt(decoded(url.host + url.pathname)), ...said }
  const path = url.pathname === '' || url.pathname === '/' ? {} : { path: decoded(url.pathname) }
  return { endpoint: { kind: 'tcp', ...hostAndPort(url, scheme, spelling) }, ...said, ...path }
}

function hostAndPort(url: URL, scheme: Scheme, spelling: string): { host: string; port: number } {
  const host = decoded(url.hostname).replace(/^\[|\]$/g, '')
  // Of `http` and `https`, a URL leaves the usual port out.
  const port = url.port === '' ? scheme.port : Number(url.port)
  if (host !== '' && port) return { host, port }
  throw invalidOptions(`--url names no host and port, expected \`${spelling}://host:port\``)
}

function socketAt(path: string): Endpoint {
  if (path === '' || path.includes('\0'))
    throw invalidOptions('no path of a Unix socket is named, expected such as `/run/app.sock`')
  return { kind: 'unix', path }
}

/** The text itself may be a secret and is not shown. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalidOptions('--url has a `%` that encodes nothing, expected `%25` where a `%` is meant')
  }
}

function methodOf(text: string | undefined): string {
  if (text === undefined) return HEALTH_METHOD
  const method = text.startsWith('/') ? text : `/${text}`
  if (/^\/[\w.-]{1,500}\/[\w.-]{1,500}$/.test(method)) return method
  throw invalidOptions(`--endpoint is \`${text.slice(0, 80)}\`, expected a method such as \`${HEALTH_METHOD}\``)
}

function schemeList(schemes: Schemes): string {
  return Object.keys(schemes)
    .map((name) => `\`${name}://\``)
    .join(', ')
}
