// Passes when a service of go-orb says over DRPC that it is serving.
import type { Socket } from 'node:net'
import { defineCheck, describeConnectError } from '../../sdk/index.ts'
import type { Health } from '../rpc-health/ask.ts'
import { askHealth } from '../rpc-health/ask.ts'
import { RpcFailure } from '../rpc-health/failure.ts'
import { HEALTH_RESPONSE, readServingStatus } from '../rpc-health/health.ts'
import { limitOptions, placeOptions } from '../rpc-health/options.ts'
import { readFields } from '../rpc-health/protobuf.ts'
import type { Schemes } from '../rpc-health/target.ts'
import { targetOf } from '../rpc-health/target.ts'
import type { Call, Response } from './call.ts'
import { callUnary, DrpcError } from './call.ts'

const SCHEMES: Schemes = {
  drpc: { kind: 'tcp' },
  unix: { kind: 'unix' },
  tcp: { kind: 'tcp' },
  'unix+drpc': { kind: 'unix' },
  'drpc+unix': { kind: 'unix' },
}

const options = {
  url: {
    type: 'string',
    positional: true,
    example: 'drpc://localhost:9000',
    description: '`drpc://host:port` or `unix:///path`; without a scheme as `drpc://`',
  },
  ...placeOptions,
  endpoint: {
    type: 'string',
    description: 'method to call, `/package.Service/Method`; /grpc.health.v1.Health/Check when empty',
  },
  'content-type': {
    type: 'string',
    choices: ['application/x-protobuf', 'application/json'],
    description: 'send metadata with this content type, and the request in it; no metadata when absent',
  },
  ...limitOptions,
} as const

export const check = defineCheck({
  name: 'check-orbdrpc',
  version: '1.0.0',
  summary: 'a service says over DRPC, as go-orb speaks it, that it is serving',
  options,
  atLeastOne: ['url', 'address', 'listen'],
  run: ({ options, signal }) => {
    const target = targetOf(options, SCHEMES)
    const { method } = target
    return askHealth({
      target,
      limits: options,
      signal,
      describe: describeConnectError,
      call: (socket) => ask(socket, { method, contentType: options['content-type'] }),
    })
  },
})

async function ask(socket: Socket, call: Call): Promise<Health> {
  try {
    return healthOf(await callUnary(socket, call))
  } catch (error) {
    throw error instanceof DrpcError ? explained(error, call.method) : error
  }
}

/** Any other well-formed message than one of grpc.health.v1 says that the method answered. */
function healthOf({ typeName, message }: Response): Health {
  if (`.${typeName}`.endsWith(`.${HEALTH_RESPONSE}`)) return { servingStatus: readServingStatus(message) }
  readFields(message)
  return { servingStatus: undefined, remark: `with ${typeName}` }
}

function explained({ code, message }: DrpcError, method: string): RpcFailure {
  const details = { drpcCode: code, drpcMessage: message }
  if (code === '0' && message.startsWith('protocol error: unknown rpc'))
    return new RpcFailure('SERVER_ERROR', `speaks DRPC, but has no method \`${method}\``, details)
  return new RpcFailure('SERVER_ERROR', `answers with error ${code}: ${message || 'no reason given'}`, details)
}
