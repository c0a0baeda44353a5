// How a registry of OCI lets somebody read: at once, with user and password, or with a token that another address gives for them.
// What is asked for is always to read this one repository, whatever the registry would like, and the token goes to the registry alone.
import { credentialsFrom } from '../credentials/read-credentials.ts'
import { coded } from '../schemas/errors.ts'
import { parseJsonBytes } from '../schemas/json.ts'
import { printable, quote } from '../schemas/quote.ts'
import { shownAddress } from '../schemas/shown-address.ts'
import { bearerParameters } from '../system/http/bearer-challenge.ts'
import { isLoopback } from '../system/http/loopback.ts'
import type { FindCredentials, Refused } from '../system/http/open-http.ts'
import { openHttp } from '../system/http/open-http.ts'
import type { Environment } from '../system/http/proxy.ts'
import type { Reach } from '../system/http/reach.ts'
import { readBody } from '../system/http/read-body.ts'
import { refusalOf } from '../system/http/refusal.ts'
import { retrying } from '../system/http/retry.ts'
import { DOCUMENT_MS, startWholeTime } from '../system/http/whole-time.ts'
import { dockerLogin } from './docker-login.ts'

type Asked = {
  /** As people write it: `docker.io`, `ghcr.io`. */
  readonly host: string
  readonly path: string
  readonly base: URL
  readonly env: Environment
  readonly reach: Reach
}

const MAX_TOKEN_BYTES = 256 * 1024
/** What a token that does not say how long it counts may be taken for. */
const DEFAULT_TOKEN_MS = 60_000
/** Before its end another one is asked for; one that ends sooner than that counts for half of its time. */
const EARLY_MS = 10_000

/**
 * Asked when the registry refuses a read; gives nothing where there is no login and no token. `now` is of a clock that never goes back: one
 * that is set back would keep a token that the registry has ended.
 */
export function registryLogin({ host, path, base, env, reach }: Asked, now = () => performance.now()): FindCredentials {
  const known = credentialsFrom(env)
  let kept: { readonly value: string; readonly until: number } | undefined

  async function token(realm: URL): Promise<string> {
    realm.searchParams.set('scope', `repository:${path}:pull`)
    // The registry's own first: it hears that anyway.
    const login = (await basicOf(base)) ?? ofDocker() ?? (await basicOf(realm))
    using http = await openHttp({ env, reach, hintOf, ...(login ? { granted: new Map([[realm.origin, login]]) } : {}) })
    const time = startWholeTime(DOCUMENT_MS)
    const answer = await retrying(async (attempt) => {
      const found = await http.get(realm, { 'accept-encoding': 'identity' }, attempt)
      if (found.status !== 200) throw await refusalOf(found)
      const bytes = await readBody(found, MAX_TOKEN_BYTES, time.chunksOf(found))
      return parseJsonBytes(bytes, shownAddress(realm), MAX_TOKEN_BYTES)
    })
    const { token, access_token: other, expires_in: seconds } = answer as Readonly<Record<string, unknown>>
    const value = token ?? other
    if (typeof value !== 'string' || !/^[\x21-\x7e]{1,65536}$/.test(value)) throw noToken(realm)
    const lastsMs = typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : DEFAULT_TOKEN_MS
    kept = { value: `Bearer ${value}`, until: now() + lastsMs - Math.min(EARLY_MS, lastsMs / 2) }
    return kept.value
  }

  async function basicOf(url: URL): Promise<string | undefined> {
    const found = await known(url, 'Basic')
    return found?.startsWith('Basic ') ? found : undefined
  }

  function ofDocker(): string | undefined {
    return base.protocol === 'https:' || isLoopback(base) ? dockerLogin(host, env) : undefined
  }

  return async (_url, challenge = '') => {
    if (kept && kept.until > now()) return kept.value
    const realm = realmOf(challenge, base)
    if (!realm) return (await known(base, challenge)) ?? ofDocker()
    reach.requireOutward(realm)
    return token(realm)
  }
}

/** Passwords go there: never without encryption, but from and to this machine itself. */
function realmOf(challenge: string, base: URL): URL | undefined {
  const said = bearerParameters(challenge)
  const text = said?.get('realm')
  if (text === undefined || !URL.canParse(text)) return undefined
  const realm = new URL(text)
  const isPrivate = realm.protocol === 'https:' || (realm.protocol === 'http:' && isLoopback(realm) && isLoopback(base))
  if (!isPrivate || realm.username !== '' || realm.password !== '')
    throw coded('FETCH_REFUSED', {
      message: `registry ${quote(shownAddress(base))} sends whoever reads to ${quote(shownAddress(text))} for a token, expected an address of \`https\``,
      details: { registry: shownAddress(base), realm: printable(shownAddress(text), 300) },
      hint: 'its owner has to give the service for tokens an address that begins with `https://`',
    })
  const service = said?.get('service')
  if (service !== undefined) realm.searchParams.set('service', service)
  return realm
}

/** Another login than octo's own: its tokens are for registries of octo. */
export async function hintOf({ status, url }: Refused): Promise<string | undefined> {
  return status === 401 ? loginsOf(url.hostname) : undefined
}

function loginsOf(host: string): string {
  return `a login for ${host} is taken from ~/.netrc, OCTO_CREDENTIALS or \`docker login\``
}

function noToken(realm: URL): Error {
  return coded('FETCH_REFUSED', {
    message: `${quote(shownAddress(realm))} gives no token`,
    details: { url: shownAddress(realm) },
    hint: loginsOf(realm.hostname),
  })
}
