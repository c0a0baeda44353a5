// Which proxy a URL goes through, from HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY in either case. An address may hold a
// password, so errors name the variable and never what stands in it.
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { isLoopback } from './loopback.ts'
import { isExcepted } from './no-proxy.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export type ProxyServer = {
  /** The variable that names it, as it is spelled there. */
  readonly variable: string
  readonly secure: boolean
  readonly host: string
  readonly port: number
  /** For people: without user and password. */
  readonly shown: string
  /** Value of Proxy-Authorization. */
  readonly authorization?: string
}

/** Undefined for a direct way; throws CONFIG_INVALID for an address that cannot be used. Loopback is never proxied. */
export function proxyFor(url: URL, env: Environment): ProxyServer | undefined {
  if (isLoopback(url)) return undefined
  const found = proxyVariable(url.protocol, env)
  if (!found || isExcepted(firstOf('NO_PROXY', env)?.value ?? '', url)) return undefined
  return parseProxy(found.variable, found.value)
}

type Setting = { readonly variable: string; readonly value: string }

function proxyVariable(protocol: string, env: Environment): Setting | undefined {
  const own = protocol === 'https:' ? firstOf('HTTPS_PROXY', env) : httpProxy(env)
  return own ?? firstOf('ALL_PROXY', env)
}

/** A web server gives a CGI program the header `Proxy:` of whoever asks in HTTP_PROXY, so there only the small one counts. */
function httpProxy(env: Environment): Setting | undefined {
  return env.REQUEST_METHOD === undefined ? firstOf('HTTP_PROXY', env) : settingOf('http_proxy', env)
}

function firstOf(name: string, env: Environment): Setting | undefined {
  return settingOf(name.toLowerCase(), env) ?? settingOf(name, env)
}

function settingOf(variable: string, env: Environment): Setting | undefined {
  const value = env[variable]?.trim()
  return value ? { variable, value } : undefined
}

function parseProxy(variable: string, text: string): ProxyServer {
  if (/^["'\u2018-\u201f]|["'\u2018-\u201f]$/.test(text)) throw quoted(variable)
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') throw wrongKind(variable, scheme)
  const address = scheme === undefined ? `http://${text}` : text
  const url = URL.canParse(address) ? new URL(address) : undefined
  // An `@` after the host means that a password was not encoded and the address was cut within it.
  const isCut = url === undefined || url.search !== '' || url.hash !== '' || url.pathname.includes('@')
  // `http//proxy:3128` is a host of the name `http` for the parser.
  const hasNoColon = scheme === undefined && url?.pathname.startsWith('//')
  if (isCut || hasNoColon || url.hostname === '') throw unusable(variable)
  const secure = url.protocol === 'https:'
  return {
    variable,
    secure,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || (secure ? 443 : 80)),
    shown: `${url.protocol}//${url.host}`,
    ...authorizationOf(url, variable),
  }
}

function authorizationOf({ username, password }: URL, variable: string): { authorization?: string } {
  if (username === '' && password === '') return {}
  try {
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
    return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
  } catch {
    throw unusable(variable)
  }
}

function unusable(variable: string): Error {
  return coded('CONFIG_INVALID', {
    message: `the proxy address in ${variable} is not usable, expected \`http://HOST:PORT\` or \`http://USER:PASSWORD@HOST:PORT\``,
    details: { variable },
    hint: 'encode special characters of user and password: `%` as `%25`, `#` as `%23`, `@` as `%40`, `/` as `%2F`, `:` as `%3A`, `?` as `%3F`, `\\` as `%5C`',
  })
}

/** A file of variables is no shell: docker's, and some others, keep the quotes as part of the value. */
function quoted(variable: string): Error {
  return coded('CONFIG_INVALID', {
    message: `the proxy address in ${variable} stands in quotes, which are part of the value, expected \`http://HOST:PORT\``,
    details: { variable },
    hint: `take the quotes out where ${variable} is set; in a file of variables nothing takes them away`,
  })
}

function wrongKind(variable: string, scheme: string): Error {
  const socks = scheme.startsWith('socks') ? ': SOCKS is not spoken here' : ''
  return coded('CONFIG_INVALID', {
    message: `the proxy in ${variable} is of the kind ${quote(scheme)}, expected \`http\` or \`https\`${socks}`,
    details: { variable, scheme },
    hint: `name an HTTP proxy in ${variable}, or unset it`,
  })
}
