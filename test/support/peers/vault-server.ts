// A server that speaks the documented HTTP API of Vault, strictly: paths, tokens, policies, namespaces, key-value stores of both
// versions, leases with a longest time, response wrapping, the sealed state. It knows nothing of any client.
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { TestContext } from 'node:test'
import { listening } from '../machine/listening.ts'
import type { Fields, Mount } from './vault-mounts.ts'
import { envelope, Refused, readPlain, readVersion } from './vault-mounts.ts'

type VaultToken = {
  /** Paths that it may read or write, as prefixes; `*` is all. */
  readonly policies: readonly string[]
  ttl: number
  readonly maxTtl: number
  readonly renewable: boolean
  readonly leases: Set<string>
}

export type VaultSetup = {
  /** By path with `/` at its end, in the root namespace or `ns:path/`. */
  readonly mounts?: Readonly<Record<string, Mount>>
  /** By id. */
  readonly tokens?: Readonly<Record<string, Partial<Omit<VaultToken, 'leases'>>>>
  readonly approle?: Readonly<Record<string, { readonly secretId?: string }>>
  readonly userpass?: Readonly<Record<string, string>>
  readonly kubernetes?: Readonly<Record<string, string>>
  /** Where the logins are mounted, when not under their own names. */
  readonly authMounts?: Readonly<Record<string, string>>
  readonly loginPolicies?: readonly string[]
  readonly loginTtl?: number
  readonly sealed?: boolean
  readonly initialised?: boolean
  /** Before anything else: status, body and headers for a path, when it gives any. */
  readonly before?: (path: string, request: IncomingMessage) => [number, unknown, Record<string, string>?] | undefined
}

export type VaultHeard = {
  readonly url: string
  /** `METHOD path` of all requests, with their tokens. */
  readonly asked: { readonly what: string; readonly token: string | undefined }[]
  readonly tokens: Map<string, VaultToken>
  readonly leases: Map<string, { duration: number; max: number }>
  /** Wraps what a token then opens once. */
  wrap(content: Fields): string
}

export async function vaultServer(t: TestContext, setup: VaultSetup = {}): Promise<VaultHeard> {
  const vault = new TestVault(setup)
  const listener: RequestListener = (request, response) => void vault.answer(request, response)
  const port = await listening(t, createServer(listener))
  return Object.assign(vault.heard, { url: `http://127.0.0.1:${port}` })
}

class TestVault {
  readonly #setup: VaultSetup
  readonly #wrapped = new Map<string, Fields>()
  readonly heard = {
    url: '',
    asked: [] as { what: string; token: string | undefined }[],
    tokens: new Map<string, VaultToken>(),
    leases: new Map<string, { duration: number; max: number }>(),
    wrap: (content: Fields): string => {
      const token = `hvs.wrap-${randomUUID()}`
      this.#wrapped.set(token, content)
      return token
    },
  }

  constructor(setup: VaultSetup) {
    this.#setup = setup
    for (const [id, given] of Object.entries(setup.tokens ?? {})) this.#addToken(id, given)
  }

  #addToken(id: string, { policies = ['*'], ttl = 0, maxTtl = 0, renewable = false }: Partial<VaultToken>): void {
    this.heard.tokens.set(id, { policies, ttl, maxTtl, renewable, leases: new Set() })
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks = await Array.fromAsync(request as AsyncIterable<Buffer>)
    const url = new URL(request.url ?? '/', 'http://vault')
    const token = request.headers['x-vault-token']?.toString()
    this.heard.asked.push({ what: `${request.method} ${url.pathname}${url.search}`, token })
    const special = this.#setup.before?.(url.pathname, request)
    if (special) return send(response, ...special)
    try {
      const body = chunks.length > 0 ? (JSON.parse(Buffer.concat(chunks).toString()) as Fields) : {}
      const [status, answer] = this.#route({ request, url, token, body })
      send(response, status, answer)
    } catch (error) {
      if (error instanceof Refused) send(response, error.status, error.body)
      else send(response, 500, { errors: [String(error)] })
    }
  }

  #route(asked: Asked): [number, Fields?] {
    const { url, request } = asked
    if (!url.pathname.startsWith('/v1/')) throw new Refused(404, [])
    if (request.headers['x-vault-request'] !== 'true') throw new Refused(412, ['missing "X-Vault-Request" header'])
    if (this.#setup.initialised === false) throw new Refused(501, ['Vault is not initialized'])
    if (this.#setup.sealed) throw new Refused(503, ['Vault is sealed'])
    const path = url.pathname.slice('/v1/'.length).split('/').map(decodeURIComponent).join('/')
    if (path.endsWith('.')) throw new Refused(400, ['path cannot end with a period'])
    const [, mount, rest] = /^auth\/([^/]+)\/(login.*)$/.exec(path) ?? []
    if (mount !== undefined && rest !== undefined) return this.#login(mount, rest, asked)
    if (path === 'sys/wrapping/unwrap') return [200, this.#unwrap(asked)]
    const token = this.#tokenOf(asked)
    if (path.startsWith('auth/token/')) return this.#ownToken(path, token, asked)
    if (path.startsWith('sys/internal/ui/mounts/')) return [200, this.#preflight(path.slice(23), token, asked)]
    if (path === 'sys/leases/renew') return [200, this.#renew(token, asked)]
    return this.#read(path, token, asked)
  }

  #tokenOf({ token }: Asked): VaultToken {
    if (token === undefined) throw new Refused(400, ['missing client token'])
    const found = this.heard.tokens.get(token)
    if (!found) throw new Refused(403, ['2 errors occurred:\n\t* permission denied\n\t* invalid token'])
    return found
  }

  #login(mount: string, rest: string, { request, body }: Asked): [number, Fields] {
    if (request.method !== 'POST' && request.method !== 'PUT') throw new Refused(405, ['unsupported operation'])
    const { authMounts = {}, approle = {}, userpass = {}, kubernetes = {} } = this.#setup
    const method = Object.keys({ approle, userpass, kubernetes }).find((name) => (authMounts[name] ?? name) === mount)
    if (method === 'approle' && rest === 'login') {
      const role = approle[String(body.role_id)]
      if (!role || role.secretId !== body.secret_id) throw new Refused(400, ['invalid role or secret ID'])
    } else if (method === 'userpass' && rest.startsWith('login/')) {
      const password = userpass[rest.slice('login/'.length)]
      if (password === undefined || password !== body.password) throw new Refused(400, ['invalid username or password'])
    } else if (method === 'kubernetes' && rest === 'login') {
      if (!kubernetes[String(body.role)] || kubernetes[String(body.role)] !== body.jwt)
        throw new Refused(403, ['permission denied'])
    } else throw new Refused(403, ['permission denied'])
    return [200, envelope({ auth: this.#newToken() })]
  }

  #newToken(): Fields {
    const id = `hvs.${randomUUID()}`
    const { loginTtl: ttl = 3600, loginPolicies: policies = ['*'] } = this.#setup
    this.#addToken(id, { policies, ttl, maxTtl: ttl, renewable: true })
    return {
      client_token: id,
      accessor: randomUUID(),
      policies,
      token_policies: policies,
      lease_duration: ttl,
      renewable: true,
    }
  }

  #unwrap({ token, body }: Asked): Fields {
    const id = String(body.token ?? token)
    const content = this.#wrapped.get(id)
    if (!content) throw new Refused(400, ['wrapping token is not valid or does not exist'])
    this.#wrapped.delete(id)
    return envelope(content)
  }

  #ownToken(path: string, token: VaultToken, { request, token: id = '', body }: Asked): [number, Fields?] {
    if (path === 'auth/token/lookup-self' && request.method === 'GET')
      return [200, envelope({ data: { id, ttl: token.ttl, renewable: token.renewable, policies: token.policies } })]
    if (request.method !== 'POST') throw new Refused(405, ['unsupported operation'])
    if (path === 'auth/token/revoke-self') {
      for (const lease of token.leases) this.heard.leases.delete(lease)
      this.heard.tokens.delete(id)
      return [204]
    }
    if (path !== 'auth/token/renew-self') throw new Refused(404, [])
    if (!token.renewable) throw new Refused(400, ['lease is not renewable'])
    token.ttl = Math.min(Number(body.increment) || token.ttl, token.maxTtl || Number.POSITIVE_INFINITY)
    return [200, envelope({ auth: { client_token: id, lease_duration: token.ttl, renewable: true } })]
  }

  #preflight(path: string, { policies }: VaultToken, asked: Asked): Fields {
    const [name, mount] = this.#mountOf(path, asked)
    const isSeen = policies.includes('*') || policies.some((prefix) => prefix.startsWith(name))
    if (!mount || !isSeen || policies.includes('!preflight'))
      throw new Refused(403, [
        `preflight capability check returned 403, please ensure client's policies grant access to path "${path}/"`,
      ])
    const options = mount.type === 'kv' ? (mount.version === 2 ? { version: '2' } : { version: '1' }) : null
    return envelope({ data: { path: name, type: mount.type, options } })
  }

  #mountOf(path: string, { request }: Asked): [string, Mount | undefined] {
    const namespace = request.headers['x-vault-namespace']?.toString().replace(/\/+$/, '')
    const prefix = namespace ? `${namespace}:` : ''
    const names = Object.keys(this.#setup.mounts ?? {}).filter((name) => `${prefix}${path}/`.startsWith(name))
    const [name] = names.sort((one, other) => other.length - one.length)
    return name === undefined ? ['', undefined] : [name.slice(prefix.length), this.#setup.mounts?.[name]]
  }

  #read(path: string, token: VaultToken, asked: Asked): [number, Fields] {
    const [name, mount] = this.#mountOf(path, asked)
    const may = token.policies.some((prefix) => prefix === '*' || path.startsWith(prefix))
    if (!may) throw new Refused(403, ['1 error occurred:\n\t* permission denied\n\n'])
    if (asked.request.method !== 'GET') throw new Refused(405, ['1 error occurred:\n\t* unsupported operation\n\n'])
    if (!mount) throw new Refused(404, [`no handler for route "${path}". route entry not found.`])
    const rest = path.slice(name.length)
    if (mount.type === 'database') return [200, this.#credentials(path, mount, token)]
    if (mount.version === 1) return [200, readPlain(mount.data[rest])]
    const inner = /^data\/(.+)$/.exec(rest)?.[1]
    if (inner === undefined)
      throw new Refused(404, [], { warnings: ['Invalid path for a versioned K/V secrets engine. See the API docs.'] })
    return readVersion(mount.data[inner], asked.url.searchParams.get('version'))
  }

  #credentials(path: string, mount: Extract<Mount, { type: 'database' }>, token: VaultToken): Fields {
    const id = `${path}/${randomUUID()}`
    this.heard.leases.set(id, { duration: mount.ttl, max: mount.maxTtl })
    token.leases.add(id)
    const data = { username: `v-${this.heard.leases.size}`, password: randomUUID() }
    return envelope({ lease_id: id, lease_duration: mount.ttl, renewable: mount.renewable ?? true, data })
  }

  /** Cut short at the longest time, with a warning and no error. */
  #renew(token: VaultToken, { request, body }: Asked): Fields {
    if (request.method !== 'POST' && request.method !== 'PUT') throw new Refused(405, ['unsupported operation'])
    const id = String(body.lease_id)
    const lease = this.heard.leases.get(id)
    if (!lease) throw new Refused(400, ['lease not found'])
    if (!token.policies.some((prefix) => prefix === '*' || 'sys/leases/renew'.startsWith(prefix)))
      throw new Refused(403, ['permission denied'])
    const wanted = Number(body.increment) || lease.duration
    const given = Math.min(wanted, lease.max)
    const warnings =
      given < wanted
        ? [`TTL of "${wanted}s" exceeded the effective max_ttl of "${given}s"; TTL value is capped accordingly`]
        : null
    return envelope({ lease_id: id, lease_duration: given, renewable: true, warnings })
  }
}

type Asked = {
  readonly request: IncomingMessage
  readonly url: URL
  readonly token: string | undefined
  readonly body: Fields
}

function send(response: ServerResponse, status: number, body?: unknown, headers: Record<string, string> = {}): void {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers }).end(text)
}
