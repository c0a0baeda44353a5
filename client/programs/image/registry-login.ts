// How a registry of images lets somebody read: at once, with user and password, or with a token that another address gives for them.
// What is asked for is always to read this one repository, whatever the registry would like.
import { coded } from '../../../schemas/errors.ts'
import { parseJsonBytes } from '../../../schemas/json.ts'
import { printable, quote } from '../../../schemas/quote.ts'
import { shownAddress } from '../../../schemas/shown-address.ts'
import type { FindCredentials } from '../../../system/credentials/read-credentials.ts'
import { credentialsFrom } from '../../../system/credentials/read-credentials.ts'
import { bearerParameters } from '../../../system/http/bearer-challenge.ts'
import { isLoopback } from '../../../system/http/loopback.ts'
import { openHttp } from '../../../system/http/open-http.ts'
import { refusalOf } from '../../../system/http/refusal.ts'
import { retrying } from '../../../system/http/retry.ts'
import { dockerLogin } from './docker-login.ts'
import { readBytes } from './read-bytes.ts'

type Environment = Readonly<Record<string, string | undefined>>

type Asked = { readonly host: string; readonly path: string; readonly base: URL; readonly env: Environment }

const MAX_TOKEN_BYTES = 256 * 1024
/** What a token that does not say how long it counts may be taken for; before its end another one is asked for. */
const DEFAULT_TOKEN_MS = 60_000
const EARLY_MS = 10_000

/** Asked when the registry refuses a read; gives nothing where there is no login and no token. */
export function registryLogin({ host, path, base, env }: Asked, now: () => number = Date.now): FindCredentials {
  let kept: { readonly value: string; readonly until: number } | undefined

  async function token(challenge: string): Promise<string | undefined> {
    const realm = realmOf(challenge, base)
    if (!realm) return undefined
    realm.searchParams.set('scope', `repository:${path}:pull`)
    const login = await loginOf()
    using http = await openHttp({ env, ...(login ? { granted: new Map([[realm.origin, login]]) } : {}) })
    const answer = await retrying(async (attempt) => {
      const found = await http.get(realm, {}, attempt)
      if (found.status !== 200) throw await refusalOf(found)
      return parseJsonBytes(await readBytes(found, MAX_TOKEN_BYTES), shownAddress(realm), MAX_TOKEN_BYTES)
    })
    const { token, access_token: other, expires_in: seconds } = answer as Readonly<Record<string, unknown>>
    const value = token ?? other
    if (typeof value !== 'string' || !/^[\x21-\x7e]{1,65536}$/.test(value)) throw noToken(realm)
    const lastsMs = typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : DEFAULT_TOKEN_MS
    kept = { value: `Bearer ${value}`, until: now() + lastsMs - EARLY_MS }
    return kept.value
  }

  async function loginOf(): Promise<string | undefined> {
    const own = await credentialsFrom(env)(base, 'Basic')
    if (own?.startsWith('Basic ')) return own
    return base.protocol === 'https:' || isLoopback(base) ? dockerLogin(host, env) : undefined
  }

  return async (_url, challenge = '') => {
    if (kept && kept.until > now()) return kept.value
    return bearerParameters(challenge) ? token(challenge) : loginOf()
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
    })
  const service = said?.get('service')
  if (service !== undefined) realm.searchParams.set('service', service)
  return realm
}

function noToken(realm: URL): Error {
  return coded('FETCH_REFUSED', {
    message: `${quote(shownAddress(realm))} gives no token`,
    details: { url: shownAddress(realm) },
  })
}
