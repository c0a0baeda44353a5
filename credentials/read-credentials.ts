// What a server that asks for a login gets on reads: the token of `octo login`, a token or passwords of the environment, or
// ~/.netrc. Only what belongs to its own scheme, host and port, and never without encryption but to this machine itself.
import { coded } from '../schemas/errors.ts'
import { isLoopback } from '../system/http/loopback.ts'
import type { FindCredentials } from '../system/http/open-http.ts'
import type { Environment } from '../system/http/proxy.ts'
import { findNetrcLogin } from './netrc.ts'
import { tokenOfEnvironment } from './read-token-file.ts'
import { tokensOfUser } from './token-file.ts'

export function credentialsFrom(env: Environment): FindCredentials {
  return async (url, challenge = '') => {
    if (url.protocol !== 'https:' && !isLoopback(url)) return undefined
    const [wantsBearer, wantsBasic] = ['bearer', 'basic'].map((scheme) => namesScheme(challenge, scheme))
    if (wantsBasic && !wantsBearer) return (await basicFor(url, env)) ?? bearerFor(url, env)
    return (await bearerFor(url, env)) ?? basicFor(url, env)
  }
}

function namesScheme(challenge: string, scheme: string): boolean {
  return new RegExp(`(^|[,\\s])${scheme}([,\\s]|$)`, 'i').test(challenge)
}

async function bearerFor(url: URL, env: Environment): Promise<string | undefined> {
  const token = (await environmentToken(url, env)) ?? longestMatch(url, await tokensOfUser(env))
  return token === undefined ? undefined : `Bearer ${token}`
}

/** OCTO_TOKEN alone names no server, so it counts only for the one in OCTO_REGISTRY. */
async function environmentToken(url: URL, env: Environment): Promise<string | undefined> {
  return env.OCTO_REGISTRY && isBelow(url, env.OCTO_REGISTRY) ? tokenOfEnvironment(env) : undefined
}

/** Several registries may share a host below paths of their own. */
function longestMatch(url: URL, tokens: Readonly<Record<string, string>>): string | undefined {
  const registries = Object.keys(tokens).filter((registry) => isBelow(url, registry))
  const [nearest] = registries.sort((left, right) => right.length - left.length)
  return nearest === undefined ? undefined : tokens[nearest]
}

function isBelow(url: URL, registry: string): boolean {
  if (!URL.canParse(registry)) return false
  const { origin, pathname } = new URL(registry)
  return url.origin === origin && url.pathname.startsWith(`${pathname.replace(/\/+$/, '')}/`)
}

async function basicFor(url: URL, env: Environment): Promise<string | undefined> {
  const own = loginOfAddress(url, 'the address') ?? loginOfEnvironment(url, env)
  const login = own ?? findNetrcLogin(url, env)
  return login && `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`
}

/** OCTO_CREDENTIALS: addresses with user and password, one or several, with blanks between them. */
function loginOfEnvironment(url: URL, { OCTO_CREDENTIALS: text = '' }: Environment) {
  for (const entry of text.split(/\s+/).filter(Boolean)) {
    const known = URL.canParse(entry) ? new URL(entry) : undefined
    if (!known || known.username === '' || known.hash !== '' || known.search !== '' || known.pathname.includes('@'))
      throw unusable('OCTO_CREDENTIALS')
    if (known.origin === url.origin) return loginOfAddress(known, 'OCTO_CREDENTIALS')
  }
  return undefined
}

function loginOfAddress({ username, password }: URL, source: string) {
  if (username === '' && password === '') return undefined
  try {
    return { user: decodeURIComponent(username), password: decodeURIComponent(password) }
  } catch {
    throw unusable(source)
  }
}

function unusable(source: string): Error {
  return coded('CONFIG_INVALID', {
    message: `user and password in ${source} are not usable, expected \`https://USER:PASSWORD@HOST\``,
    details: { source },
    hint: 'encode special characters of user and password: `%` as `%25`, `#` as `%23`, `@` as `%40`, `/` as `%2F`, `:` as `%3A`, `?` as `%3F`',
  })
}
