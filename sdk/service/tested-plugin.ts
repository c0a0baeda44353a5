// The test kit: runs a plugin in this process, over a real socket, and asks it as a host does. An answer that breaks its contract fails.
import type { IncomingHttpHeaders } from 'node:http'
import { request as httpRequest } from 'node:http'
import type { z } from 'zod'
import type { Capability, EndpointName } from '../../schemas/contract/ocm/contracts.ts'
import { CONTRACTS } from '../../schemas/contract/ocm/contracts.ts'
import type { Contract, Endpoint } from '../../schemas/contract/ocm/endpoints.ts'
import { renderQuery } from '../../schemas/contract/ocm/endpoints.ts'
import type { PluginConfig } from '../../schemas/contract/ocm/plugin-config.ts'
import type { Typed } from '../../schemas/contract/ocm/type-name.ts'
import { CallError } from './call-error.ts'
import type { Credentials } from './credentials.ts'
import type { LogAttributes } from './log.ts'
import { createLog } from './log.ts'
import type { ServicePlugin } from './service-plugin.ts'

export type CallOptions = { readonly credentials?: Credentials; readonly signal?: AbortSignal }

type Endpoints<Of extends Capability> = (typeof CONTRACTS)[Of]['endpoints']
type ShapeOf<Of extends Capability, Name extends string, Part extends string> = Name extends keyof Endpoints<Of>
  ? Endpoints<Of>[Name] extends { readonly [Key in Part]: infer Shape extends z.ZodType }
    ? Shape
    : undefined
  : undefined
type AnswerOf<Shape> = Shape extends z.ZodType ? z.output<Shape> : undefined
type AskedOf<Shape> = Shape extends z.ZodType ? z.input<Shape> : never

type RawAnswer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string }
type RawRequest = CallOptions & {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export type TestedPlugin = AsyncDisposable & {
  /** What it wrote to its log. */
  readonly logged: readonly LogAttributes[]
  /** One call, typed by its contract. Rejects with a CallError for any status but 200, and for an answer that breaks the contract. */
  call<Of extends Capability, Name extends EndpointName<Of>>(
    capability: Of,
    endpoint: Name,
    request: AskedOf<ShapeOf<Of, Name, 'request'>>,
    options?: CallOptions,
  ): Promise<AnswerOf<ShapeOf<Of, Name, 'response'>>>
  /** Any request, such as a host would not make. */
  fetch(path: string, request?: RawRequest): Promise<RawAnswer>
  /** Settles when the plugin has ended by itself. */
  readonly ended: Promise<void>
  /** Ends it and waits until nothing is left. */
  stop(): Promise<void>
}

type Start = Partial<Pick<PluginConfig, 'id' | 'type' | 'idleTimeoutMs'>> & { readonly config?: readonly Typed[] }

const HOUR_MS = 60 * 60 * 1000
const OK = 200

/** Ended by `await using`, or by `stop`. */
export async function testPlugin(plugin: ServicePlugin, start: Start = {}): Promise<TestedPlugin> {
  const logged: LogAttributes[] = []
  const log = createLog({ write: (line) => void logged.push(JSON.parse(line)) })
  const { id = plugin.name, type = 'unix', idleTimeoutMs = HOUR_MS, config = [] } = start
  const serving = await plugin.serve({ id, type, idleTimeoutMs, configTypes: config }, log)
  const fetch: TestedPlugin['fetch'] = (path, request = {}) => ask(serving.announcement, path, request)
  const stop = async () => {
    serving.stop('its test is over')
    await serving.ended
  }
  return {
    logged,
    fetch,
    stop,
    ended: serving.ended,
    [Symbol.asyncDispose]: stop,
    async call(capability, name, request, options = {}) {
      const { endpoints }: Contract = CONTRACTS[capability]
      const endpoint = endpoints[name]
      if (!endpoint) throw new TypeError(`${capability} has no ${name}`)
      return (await called(endpoint, request, fetch, options)) as never
    },
  }
}

async function called(
  endpoint: Endpoint,
  request: unknown,
  fetch: TestedPlugin['fetch'],
  options: CallOptions,
): Promise<unknown> {
  const { method, path, query, credentials, response } = endpoint
  const address = query ? `${path}?${renderQuery(endpoint, request)}` : path
  const stated = ['required', 'stated'].includes(credentials) ? { headers: { authorization: '{}' } } : {}
  const { status, body } = await fetch(address, {
    method,
    ...stated,
    ...options,
    ...(query ? {} : { body: JSON.stringify(request) }),
  })
  if (status !== OK) throw new CallError(body.trimEnd(), status)
  return response?.parse(JSON.parse(body))
}

function ask(announcement: string, path: string, { method, headers, body, credentials, signal }: RawRequest) {
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>()
  const [, socketPath] = /^http\+unix:\/\/(.+)$/.exec(announcement) ?? []
  // Headers are bytes: this is how hosts in Go write them, which escape nothing.
  const authorization = credentials && Buffer.from(JSON.stringify(credentials)).toString('latin1')
  const request = httpRequest(socketPath === undefined ? `${announcement}${path}` : `http://unix${path}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { 'content-type': 'application/json', ...headers, ...(authorization ? { authorization } : {}) },
    socketPath,
    signal,
  })
  request.on('error', reject)
  request.on('response', (response) => {
    const { statusCode: status = 0, headers: found } = response
    Array.fromAsync(response.setEncoding('utf8')).then(
      (chunks) => resolve({ status, headers: found, body: chunks.join('') }),
      reject,
    )
  })
  request.end(body)
  return promise
}
