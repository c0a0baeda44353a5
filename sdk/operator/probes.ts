// What the checks of `core` ask, where a container engine can ask the same by itself. A check that asks for more than an engine
// can is no probe: a weaker question would pass where the check fails.
import { parseEndpoint } from '../connect.ts'
import type { OperatedCheck } from './checks.ts'

export type Probe =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | {
      readonly kind: 'http'
      readonly isSecure: boolean
      readonly host: string
      readonly port: number
      readonly path: string
      readonly isInsecure: boolean
    }
  | { readonly kind: 'grpc'; readonly host: string; readonly port: number; readonly service: string }

/** A container's shell is given it, and a program its words: `x/1; evil` and `-e` are no hosts. */
const PLAIN_HOST = /^[A-Za-z0-9_:][A-Za-z0-9_.:%-]*$/

/** Options that only say how patient the check is, or when it warns. */
const PATIENCE = ['timeout', 'warn-after']
const HEALTH_METHOD = '/grpc.health.v1.Health/Check'
const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 }

/** Undefined for a check that no engine can ask. */
export function probeOf(check: OperatedCheck): Probe | undefined {
  const ask = ASKERS[check.tool]
  if (!ask) return undefined
  try {
    const probe = ask(new Asked(check))
    return PLAIN_HOST.test(probe.host) ? probe : undefined
  } catch (error) {
    if (error instanceof NoProbe) return undefined
    throw error
  }
}

class NoProbe extends Error {}

/** The options of a check, each of which has to be understood. */
class Asked {
  readonly #options: ReadonlyMap<string, readonly string[]>

  constructor({ options }: OperatedCheck) {
    this.#options = options
  }

  only(...known: readonly string[]): this {
    for (const key of this.#options.keys()) if (![...known, ...PATIENCE].includes(key)) throw new NoProbe()
    return this
  }

  one(...keys: readonly string[]): string | undefined {
    const values = keys.flatMap((key) => this.#options.get(key) ?? [])
    if (values.length > 1) throw new NoProbe()
    return values[0]
  }

  /** Given without a value, or as `true`. */
  switched(key: string): boolean {
    return ['', 'true'].includes(this.one(key) ?? 'false')
  }
}

const ASKERS: Readonly<Record<string, (asked: Asked) => Probe>> = {
  'check-tcp': (asked) => {
    asked.only('', 'address', 'host', 'port', 'network')
    if (!['tcp', 'tcp4', 'tcp6'].includes(asked.one('network') ?? 'tcp')) throw new NoProbe()
    const address = asked.one('', 'address')
    const host = asked.one('host')
    const place =
      address === undefined ? { host: host ?? 'localhost', port: portOf(asked.one('port')) } : placeOf(address, host)
    return { kind: 'tcp', ...place }
  },
  'check-server-url': (asked) => {
    asked.only('', 'url', 'network', 'address', 'endpoint', 'plaintext', 'status', 'insecure', 'redirects', 'method')
    if ((asked.one('network') ?? 'tcp') !== 'tcp' || (asked.one('method') ?? 'GET') !== 'GET') throw new NoProbe()
    if ((asked.one('status') ?? '2xx') !== '2xx' || (asked.one('redirects') ?? '5') !== '5') throw new NoProbe()
    const url = new URL(urlOf(asked))
    const port = url.port === '' ? PORTS[url.protocol] : Number(url.port)
    if (port === undefined || url.username !== '' || url.password !== '') throw new NoProbe()
    const host = url.hostname.replace(/^\[|\]$/g, '')
    if (['tcp:', 'grpc:', 'drpc:'].includes(url.protocol)) return { kind: 'tcp', host, port }
    if (!(url.protocol in PORTS)) throw new NoProbe()
    const path = `${url.pathname}${url.search}`
    return {
      kind: 'http',
      isSecure: url.protocol === 'https:',
      host,
      port,
      path,
      isInsecure: asked.switched('insecure'),
    }
  },
  'check-grpc': (asked) => {
    asked.only('', 'url', 'network', 'address', 'endpoint', 'plaintext', 'service')
    if ((asked.one('network') ?? 'tcp') !== 'tcp' || (asked.one('endpoint') ?? HEALTH_METHOD) !== HEALTH_METHOD)
      throw new NoProbe()
    const text = asked.one('', 'url', 'address') ?? ''
    // Without TLS only where it is said so: engines ask in plain text.
    if (!asked.switched('plaintext') && !text.startsWith('grpc://')) throw new NoProbe()
    return { kind: 'grpc', ...placeOf(text.replace(/^grpc:\/\//, '')), service: asked.one('service') ?? '' }
  },
}

function urlOf(asked: Asked): string {
  const url = asked.one('', 'url')
  const address = asked.one('address')
  const endpoint = asked.one('endpoint') ?? ''
  const text =
    url ??
    (address === undefined ? endpoint : `${asked.switched('plaintext') ? 'http' : 'https'}://${address}${endpoint}`)
  if (!URL.canParse(text)) throw new NoProbe()
  return text
}

function placeOf(address: string, host?: string): { readonly host: string; readonly port: number } {
  try {
    return parseEndpoint(address, host)
  } catch {
    throw new NoProbe()
  }
}

function portOf(text: string | undefined): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new NoProbe()
  return port
}
