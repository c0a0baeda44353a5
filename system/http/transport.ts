// The one place that opens connections: directly or through a proxy, with the authorities that the environment names. What is
// asked and answered over them is for the reader (open-http.ts) and the writer (connection.ts).
import type { Agent, AgentOptions, ClientRequest, ClientRequestArgs, OutgoingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import type { SecureContext, TLSSocket } from 'node:tls'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { readAuthorities } from './authorities.ts'
import type { Dialing, SocketDialing } from './dial.ts'
import { dial, dialSocket, timedOut } from './dial.ts'
import { proxyUnreachable } from './fetch-error.ts'
import { MAX_CONNECTIONS, MAX_HEADER_BYTES, TIMEOUTS } from './limits.ts'
import { bareHost } from './loopback.ts'
import type { Environment, ProxyServer } from './proxy.ts'
import { proxyFor } from './proxy.ts'
import { openTunnel } from './tunnel.ts'

type Wanted = {
  readonly method?: string
  readonly headers: OutgoingHttpHeaders
  /** Never over a connection that was kept: for what cannot be sent a second time when it turns out to be closed. */
  readonly onNewConnection?: boolean
}

type Transport = Disposable & {
  /** Where the request goes through; throws CONFIG_INVALID. */
  proxyOf(url: URL): ProxyServer | undefined
  /** Not sent before its `end()`. Errors of its connection are errors of the request. */
  request(url: URL, wanted: Wanted): ClientRequest
}

type TransportOptions = {
  readonly env: Environment
  readonly connectMs?: number
  /** A Unix socket, to which everything goes whatever the host of an address says. */
  readonly socketPath?: string | undefined
  /** At once. */
  readonly maxConnections?: number | undefined
  /** How long a connection without a request is kept; as long as the server says when absent. */
  readonly keptMs?: number | undefined
  /** Asked of each host before a connection to it is opened; not of those that a proxy looks up. */
  readonly admit?: Dialing['admit']
}

type Connected = (error: Error | null, socket: Duplex) => void

export function openTransport(options: TransportOptions): Transport {
  const { env, connectMs = TIMEOUTS.connectMs, socketPath, maxConnections: maxSockets = MAX_CONNECTIONS } = options
  const { admit } = options
  // An `import` of node:http also loads Node's fetch, which takes 25 ms and is not used; what HTTPS needs takes 7.
  const http = process.getBuiltinModule('node:http')
  const https = () => process.getBuiltinModule('node:https')
  const tls = () => process.getBuiltinModule('node:tls')
  const pending = new Set<{ cancel(): void }>()
  const proxyOf = (url: URL) => (socketPath === undefined ? proxyFor(url, env) : undefined)

  let context: SecureContext | undefined
  function secureContext(): SecureContext {
    context ??= tls().createSecureContext({ ca: [...readAuthorities(env)], allowPartialTrustChain: true })
    return context
  }

  async function dialed(dialing: Dialing | SocketDialing): Promise<Socket> {
    const attempt = 'path' in dialing ? dialSocket(dialing) : dial(dialing)
    pending.add(attempt)
    return attempt.opened.finally(() => pending.delete(attempt))
  }

  /** Unlike Node's own default, no environment variable turns the proof of certificates off. */
  function secured(socket: Socket, host: string): TLSSocket {
    const servername = isIP(host) ? '' : host
    return tls().connect({ socket, host, servername, secureContext: secureContext(), rejectUnauthorized: true })
  }

  /** In the time of a connection: nothing is asked yet, so that nobody else counts it. */
  async function shakenHands(socket: TLSSocket, host: string): Promise<TLSSocket> {
    const attempt = { cancel: () => void socket.destroy(timedOut(host)) }
    const timer = setTimeout(attempt.cancel, connectMs)
    pending.add(attempt)
    return await handshaken(socket).finally(() => {
      clearTimeout(timer)
      pending.delete(attempt)
    })
  }

  async function toProxy(proxy: ProxyServer, url: URL): Promise<Socket> {
    try {
      const socket = await dialed({ host: proxy.host, port: proxy.port, timeoutMs: connectMs })
      return proxy.secure ? await shakenHands(secured(socket, proxy.host), proxy.host) : socket
    } catch (error) {
      throw proxyUnreachable({ url }, proxy, error)
    }
  }

  async function connected(url: URL): Promise<Socket> {
    if (socketPath !== undefined) return await dialed({ path: socketPath, timeoutMs: connectMs })
    const isSecure = url.protocol === 'https:'
    const port = Number(url.port || (isSecure ? 443 : 80))
    const host = bareHost(url.hostname)
    const proxy = proxyOf(url)
    // Read before anything is sent, so that an unusable file is the error and not a connection that broke off.
    if (isSecure) secureContext()
    if (!proxy) {
      const socket = await dialed({ host, port, timeoutMs: connectMs, admit })
      return isSecure ? secured(socket, host) : socket
    }
    const carrier = await toProxy(proxy, url)
    if (!isSecure) return carrier
    return secured(await openTunnel(carrier, proxy, `${url.hostname}:${port}`, connectMs), host)
  }

  const connect = (protocol: string) => (options: ClientRequestArgs, callback?: Connected) => {
    connected(urlOf(protocol, options)).then(
      (socket) => callback?.(null, socket),
      (error) => callback?.(error, undefined as unknown as Duplex),
    )
    return undefined
  }

  /** By protocol, each made for the first request that needs it. */
  const agentsWith = (setting: AgentOptions) => {
    const made = new Map<string, Agent>()
    return {
      of(protocol: string): Agent {
        const { Agent } = protocol === 'https:' ? https() : http
        const agent = made.get(protocol) ?? Object.assign(new Agent(setting), { createConnection: connect(protocol) })
        made.set(protocol, agent)
        return agent
      },
      destroy() {
        for (const agent of made.values()) agent.destroy()
      },
    }
  }
  const keeping = agentsWith({
    keepAlive: true,
    maxSockets,
    ...omitUndefined({ timeout: options.keptMs }),
  })
  const opening = agentsWith({ keepAlive: false, maxSockets })

  return {
    proxyOf,
    request(url, { method = 'GET', headers, onNewConnection = false }) {
      const agent = (onNewConnection ? opening : keeping).of(url.protocol)
      const options = { method, headers, agent, maxHeaderSize: MAX_HEADER_BYTES }
      if (url.protocol === 'https:') return https().request(url, options)
      const proxy = proxyOf(url)
      if (!proxy) return http.request(url, options)
      const authorization = proxy.authorization ? { 'proxy-authorization': proxy.authorization } : {}
      // A proxy is asked for the whole address.
      const path = `${url.origin}${url.pathname}${url.search}`
      return http.request(url, { ...options, path, headers: { ...headers, host: url.host, ...authorization } })
    },
    [Symbol.dispose]() {
      for (const attempt of pending) attempt.cancel()
      for (const agents of [keeping, opening]) agents.destroy()
    },
  }
}

function urlOf(protocol: string, { host, hostname, port }: ClientRequestArgs): URL {
  const name = bareHost(hostname ?? host ?? 'localhost')
  return new URL(`${protocol}//${isIP(name) === 6 ? `[${name}]` : name}:${port ?? (protocol === 'https:' ? 443 : 80)}`)
}

function handshaken(socket: TLSSocket): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    socket.once('secureConnect', () => resolve(socket))
    socket.once('error', reject)
  })
}
