// Where the password of the database is: a Vault that this machine has (VAULT_BIN), or a stand-in that answers as one does, for one
// token and one path.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { RequestListener, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { coded } from '../../schemas/errors.ts'
import { launch } from '../../system/process/launch.ts'
import { freePort } from './free-port.ts'

export type SecretServer = AsyncDisposable & { readonly what: string; readonly url: string; readonly token: string }

type Secrets = Readonly<Record<string, string>>
type Environment = Readonly<Record<string, string | undefined>>

/** As `vault-client` is asked for it; the store is of version 2, as a Vault has one by itself. */
export const SECRET_PATH = 'secret/database'
const API_PATH = '/v1/secret/data/database'
const START_MS = 30_000

/** Throws OS_FAILED when the Vault that is named does not start. */
export async function serveSecrets(secrets: Secrets, env: Environment): Promise<SecretServer> {
  const token = randomBytes(18).toString('base64url')
  return env.VAULT_BIN ? realVault(env.VAULT_BIN, { secrets, token, env }) : standIn(secrets, token)
}

async function standIn(secrets: Secrets, token: string): Promise<SecretServer> {
  const answer: RequestListener = ({ method, url, headers }, response) => {
    if (headers['x-vault-token'] !== token) send(response, 403, { errors: ['permission denied'] })
    else if (method !== 'GET') send(response, 405, { errors: ['unsupported operation'] })
    else if (url === `/v1/sys/internal/ui/mounts/${SECRET_PATH}`)
      send(response, 200, { data: { path: 'secret/', type: 'kv', options: { version: '2' } } })
    else if (url === API_PATH) send(response, 200, { data: { data: secrets, metadata: { version: 1 } } })
    else send(response, 404, { errors: [] })
  }
  const server = createServer(answer)
  server.listen({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  return {
    what: 'a stand-in for Vault; VAULT_BIN names a real one',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

type Real = { readonly secrets: Secrets; readonly token: string; readonly env: Environment }

/** Is the program behind it, which is told to end when standard input does: a killed process lets that go, too. */
const UNTIL_INPUT_ENDS =
  'exec 3<&0; (while read -r line; do :; done; kill $$) <&3 >/dev/null 2>&1 & exec "$0" "$@" </dev/null 3<&-'

/** In memory, unsealed, with a key-value store at `secret/`. */
async function realVault(file: string, { secrets, token, env }: Real): Promise<SecretServer> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const child = await launch(
    {
      file: '/bin/sh',
      argv: [
        '-c',
        UNTIL_INPUT_ENDS,
        file,
        'server',
        '-dev',
        '-dev-no-store-token',
        `-dev-listen-address=127.0.0.1:${port}`,
      ],
      env: { PATH: env.PATH, HOME: env.HOME, VAULT_DEV_ROOT_TOKEN_ID: token },
      cwd: '/',
    },
    {
      stdio: ['pipe', 'ignore', 'ignore'],
      ownGroup: true,
      words: (_what, { cause }) =>
        coded('OS_FAILED', {
          message: `a shell for the Vault of VAULT_BIN cannot be started: ${cause.message}`,
          cause,
        }),
    },
  )
  const ended = once(child, 'exit')
  const stop = async () => {
    child.stdin?.destroy()
    await ended
  }
  const body = JSON.stringify({ data: secrets })
  for (const deadline = performance.now() + START_MS; ; await pause(100)) {
    const headers = { 'x-vault-token': token }
    // biome-ignore lint/style/noRestrictedGlobals: it stands for the curl of a user
    const written = await fetch(`${url}${API_PATH}`, { method: 'POST', headers, body }).catch(() => undefined)
    if (written?.ok) return { what: `Vault, ${file}`, url, token, [Symbol.asyncDispose]: stop }
    if (performance.now() < deadline && child.exitCode === null) continue
    const why = child.exitCode === null ? 'does not answer' : `ended with ${child.exitCode}`
    await stop()
    throw coded('OS_FAILED', { message: `the Vault of VAULT_BIN ${why}`, details: { file } })
  }
}
