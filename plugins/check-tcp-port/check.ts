// Passes when a TCP port is free to bind, as a service needs it before its start; with `--expect open`, when it is taken.
import type { CheckContext, CheckResult } from '../../sdk/index.ts'
import {
  connect,
  critical,
  defineCheck,
  describeConnectError,
  formatMs,
  latencyMetric,
  ok,
  renderEndpoint,
  unknown,
} from '../../sdk/index.ts'
import type { BindProblem } from './bind.ts'
import { bindProblem } from './bind.ts'

const options = {
  port: {
    type: 'integer',
    min: 1,
    max: 65_535,
    required: true,
    positional: true,
    example: 8080,
    description: 'the port',
  },
  host: {
    type: 'string',
    description: 'address of this machine to bind; all of them when absent. With `expect: open`, host to connect to',
  },
  expect: {
    type: 'string',
    choices: ['free', 'open'],
    default: 'free',
    description: '`free`: the port can be bound; `open`: something accepts connections there',
  },
  timeout: { type: 'duration', default: '5s', description: 'how long a connection may take with `expect: open`' },
} as const

type Context = CheckContext<typeof options>

export const check = defineCheck({
  name: 'check-tcp-port',
  version: '1.0.0',
  summary: 'a port is free to bind',
  options,
  run: (context) => (context.options.expect === 'open' ? expectOpen(context) : expectFree(context.options)),
})

async function expectFree({ host, port }: Context['options']): Promise<CheckResult> {
  const where = host === undefined ? `port ${port}` : renderEndpoint({ kind: 'tcp', host, port })
  const problem = await bindProblem(port, host)
  return problem ? notFree(where, problem) : ok(`${where} is free`, { details: { port } })
}

function notFree(where: string, { code, address }: BindProblem): CheckResult {
  const details = { address, code }
  if (code === 'EADDRINUSE') return critical(`${where} is in use: ${address} is taken`, { details })
  if (code === 'EADDRNOTAVAIL') return critical(`${where}: this machine has no address ${address}`, { details })
  if (code === 'EACCES' || code === 'EPERM')
    return unknown(`${where} cannot be tried: this user may not bind it`, { details })
  return unknown(`${where} cannot be tried: ${describeConnectError({ code, message: code })}`, { details })
}

async function expectOpen({ options, signal }: Context): Promise<CheckResult> {
  const { host = 'localhost', port, timeout } = options
  const endpoint = { kind: 'tcp', host, port } as const
  try {
    const { latencyMs, address } = await connect(endpoint, timeout, signal)
    const metrics = [latencyMetric(latencyMs, {})]
    return ok(`${renderEndpoint(endpoint)} is open (${formatMs(latencyMs)})`, { details: { address }, metrics })
  } catch (error) {
    return critical(`${renderEndpoint(endpoint)} is not open: ${describeConnectError(error)}`)
  }
}
