// What an OCI registry that asks for a token gets: one that its own token service gives out, to whoever asks where the thing is
// public, or to the login that the user keeps for that service.
import { coded } from '../../schemas/errors.ts'
import { parseJson } from '../../schemas/json.ts'
import { quote } from '../../schemas/quote.ts'
import type { FindCredentials } from '../../system/credentials/read-credentials.ts'
import { credentialsFrom } from '../../system/credentials/read-credentials.ts'
import { bearerParameters } from '../../system/http/bearer-challenge.ts'
import { fetchText } from '../../system/http/fetch-text.ts'
import { isLoopback } from '../../system/http/loopback.ts'
import { openHttp } from '../../system/http/open-http.ts'
import type { Environment } from '../../system/http/proxy.ts'

const MAX_BYTES = 64 * 1024

export function ociCredentials(env: Environment): FindCredentials {
  const known = credentialsFrom(env)
  return async (url, challenge = '') => {
    const service = tokenService(challenge, url)
    return service === undefined ? known(url, challenge) : `Bearer ${await askForToken(service, env)}`
  }
}

/** Address of the token service with its question; undefined when the challenge names none. */
function tokenService(challenge: string, registry: URL): URL | undefined {
  const parameters = bearerParameters(challenge)
  const realm = parameters?.get('realm') ?? ''
  if (!parameters || !URL.canParse(realm)) return undefined
  const url = new URL(realm)
  // Where it leads is for the registry to say; what goes there must not be for everybody on the way to read, and only a registry
  // of this machine says what is asked of the servers of this machine.
  const isOwn = url.protocol === 'http:' && isLoopback(url) && isLoopback(registry)
  if (url.protocol !== 'https:' && !isOwn) return undefined
  for (const name of ['service', 'scope']) {
    const value = parameters.get(name)
    if (value !== undefined) url.searchParams.set(name, value)
  }
  return url
}

async function askForToken(url: URL, env: Environment): Promise<string> {
  // A login goes only to the host that the user keeps it for, whatever host the registry names.
  using http = await openHttp({ env, credentials: credentialsFrom(env) })
  const text = (await fetchText(http, { url, maxBytes: MAX_BYTES })) ?? '{}'
  const { token, access_token: other } = parseJson(text, 'the answer of the token service', MAX_BYTES) as {
    token?: unknown
    access_token?: unknown
  }
  const found = token ?? other
  if (typeof found === 'string' && /^[!-~]{1,16384}$/.test(found)) return found
  throw coded('UNAUTHENTICATED', { message: `${quote(url.host)} gave no token for what was asked for` })
}
