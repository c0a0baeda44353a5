// Passes when something accepts connections at a TCP port or Unix socket.
import type { CheckContext, CheckResult, Endpoint } from '../../sdk/index.ts'
import {
  connect,
  critical,
  defineCheck,
  describeConnectError,
  formatMs,
  invalidOptions,
  latencyMetric,
  latencyStatus,
  parseEndpoint,
  renderEndpoint,
} from '../../sdk/index.ts'

const options = {
  address: {
    type: 'string',
    positional: true,
    example: 'localhost:8080',
    description:
      '`host:port`, a port of localhost, or the path of a Unix socket; with `tcp://` or `unix://` before it, if you like',
  },
  host: { type: 'string', description: 'host to connect to; localhost when absent' },
  port: { type: 'integer', min: 1, max: 65_535, example: 8080, description: 'port to connect to' },
  network: {
    type: 'string',
    choices: ['tcp', 'tcp4', 'tcp6', 'unix'],
    default: 'tcp',
    description: 'kind of address; `tcp` takes IPv6 or IPv4, whichever answers',
  },
  timeout: { type: 'duration', default: '5s', description: 'how long a connection may take' },
  'warn-after': { type: 'duration', description: 'warn when connecting took longer' },
  'crit-after': { type: 'duration', description: 'fail when connecting took longer' },
} as const

type Context = CheckContext<typeof options>

export const check = defineCheck({
  name: 'check-tcp',
  version: '1.0.0',
  summary: 'an address accepts connections',
  options,
  atLeastOne: ['port', 'address'],
  run: async (context) => {
    const endpoint = endpointOf(context.options)
    return connected(endpoint, context).catch((error) => notConnected(endpoint, error))
  },
})

async function connected(endpoint: Endpoint, { options, signal }: Context): Promise<CheckResult> {
  const { latencyMs, address, family } = await connect(endpoint, options.timeout, signal)
  const limits = { warnMs: options['warn-after'], critMs: options['crit-after'] }
  const status = latencyStatus(latencyMs, limits)
  return {
    status,
    summary: `${renderEndpoint(endpoint)} accepts connections${status === 'ok' ? '' : ' but slowly'} (${formatMs(latencyMs)})`,
    details: { address, family },
    metrics: [latencyMetric(latencyMs, limits)],
  }
}

function notConnected(endpoint: Endpoint, error: unknown): CheckResult {
  return critical(`${renderEndpoint(endpoint)}: ${describeConnectError(error)}`)
}

function endpointOf({ address: given, host, port, network }: Context['options']): Endpoint {
  const scheme = /^(tcp|unix):\/\//.exec(given ?? '')?.[0] ?? ''
  const address = given?.slice(scheme.length)
  const isPath = scheme === 'unix://' || (network === 'tcp' && address?.startsWith('/'))
  if (network === 'unix' || isPath) return unixEndpoint(address, host ?? port)
  const family = network === 'tcp4' ? { family: 4 as const } : network === 'tcp6' ? { family: 6 as const } : {}
  if (address === undefined) {
    if (port === undefined) throw invalidOptions('--port or --address is needed')
    return { kind: 'tcp', host: host ?? 'localhost', port, ...family }
  }
  if (port !== undefined) throw invalidOptions('--address names the port already, expected no --port')
  return { kind: 'tcp', ...parseEndpoint(address, host), ...family }
}

function unixEndpoint(path: string | undefined, other: unknown): Endpoint {
  if (!path) throw invalidOptions('--address is needed: the path of the Unix socket')
  if (other !== undefined) throw invalidOptions('a Unix socket has no host and port')
  return { kind: 'unix', path }
}
