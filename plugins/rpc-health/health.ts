// What the message of a health service says: grpc.health.v1.HealthCheckRequest and …Response.
import { RpcFailure } from './failure.ts'
import type { Field } from './protobuf.ts'
import { readFields, renderBytes } from './protobuf.ts'

export const HEALTH_METHOD = '/grpc.health.v1.Health/Check'
/** The type that the method answers with, without the place that a `type_url` puts before it. */
export const HEALTH_RESPONSE = 'grpc.health.v1.HealthCheckResponse'

const SERVING_STATUSES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const

/** One of the four, `status N` for a number that has no name. */
export type ServingStatus = string

export const renderHealthRequest = (service: string): Buffer => renderBytes(1, Buffer.from(service))

/** Throws ANSWER_UNREADABLE when the bytes are no such message. */
export function readServingStatus(message: Buffer): ServingStatus {
  const statuses = readFields(message).filter(({ number }) => number === 1)
  const [first] = statuses
  if (first === undefined) return 'UNKNOWN'
  if (statuses.length === 1 && first.type === 'varint') return nameOf(first)
  throw new RpcFailure('ANSWER_UNREADABLE', `the answer is no ${HEALTH_RESPONSE}`)
}

/**
 * What a method that is not of grpc.health.v1 says. Only a message that is a status and nothing else is one; any other
 * is well-formed and says that the method answered, which gives undefined.
 */
export function readPossibleStatus(message: Buffer): ServingStatus | undefined {
  const [first, ...others] = readFields(message)
  return first?.type === 'varint' && first.number === 1 && others.length === 0 ? nameOf(first) : undefined
}

function nameOf({ value }: Extract<Field, { type: 'varint' }>): ServingStatus {
  return SERVING_STATUSES[Number(value)] ?? `status ${value}`
}
