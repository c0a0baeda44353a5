// The logins that `docker login` keeps in its config.json. Those that are in a helper program's keeping are not asked for: octo starts
// none, and ~/.netrc or OCTO_CREDENTIALS holds them as well.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { coded } from '../schemas/errors.ts'
import { parseJson } from '../schemas/json.ts'
import { quote, shellWord } from '../schemas/quote.ts'
import { exposureOf } from '../system/files/private-file.ts'
import { userHome } from '../system/files/user-home.ts'

type Environment = Readonly<Record<string, string | undefined>>

const MAX_BYTES = 1024 * 1024
const HUB_NAMES = ['https://index.docker.io/v1/', 'index.docker.io', 'docker.io', 'registry-1.docker.io']

/** The value of Authorization; undefined where there is none. Throws TOKEN_UNREADABLE when others can read the passwords. */
export function dockerLogin(host: string, env: Environment): string | undefined {
  const path = configPath(env)
  const auth = path === undefined ? undefined : authIn(path, host)
  if (path === undefined || auth === undefined) return undefined
  const exposure = exposureOf(path)
  if (!exposure) return `Basic ${auth}`
  throw coded('TOKEN_UNREADABLE', {
    message: `other users can read the passwords in ${quote(path)}, expected mode 0600, found ${exposure.mode}`,
    details: { path, expected: '0600', found: exposure.mode },
    hint: `\`chmod 600 ${shellWord(path)}\``,
  })
}

function configPath(env: Environment): string | undefined {
  if (env.DOCKER_CONFIG) return join(env.DOCKER_CONFIG, 'config.json')
  const home = userHome(env)
  return home === undefined ? undefined : join(home, '.docker', 'config.json')
}

/** A file of another program: what is not understood in it is no login. */
function authIn(path: string, host: string): string | undefined {
  try {
    if (!statSync(path).isFile()) return undefined
    const found = parseJson(readFileSync(path, 'utf8'), path, MAX_BYTES) as {
      auths?: Record<string, { auth?: unknown }>
    }
    const names = host === 'docker.io' ? HUB_NAMES : [host, `https://${host}`, `https://${host}/`]
    const auth = names.map((name) => found.auths?.[name]?.auth).find((one) => typeof one === 'string' && one !== '')
    return typeof auth === 'string' && /^[A-Za-z0-9+/]+={0,2}$/.test(auth) ? auth : undefined
  } catch {
    return undefined
  }
}
