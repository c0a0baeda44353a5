// One call of the write API: JSON in, a checked shape out, problems as our errors.
import type { z } from 'zod'
import { parseJson } from '../../schemas/json.ts'
import { parseShape } from '../../schemas/shape.ts'
import type { Connection, HttpRequest } from './http.ts'
import { isSuccess, refusalOf } from './problem.ts'
import { sendPatiently } from './retry.ts'

const MAX_ANSWER_BYTES = 1024 * 1024

/** Sends the request until there is an answer; throws the registry's refusal, FETCH_FAILED or FORMAT_INVALID. */
export async function callApi<Shape extends z.ZodType>(
  connection: Connection,
  request: HttpRequest,
  shape: Shape,
): Promise<z.output<Shape>> {
  const reply = await sendPatiently(connection, request)
  const what = `${request.method} ${request.path}`
  if (!isSuccess(reply)) throw refusalOf(reply, what)
  return parseShape(shape, parseJson(reply.text, what, MAX_ANSWER_BYTES), { name: what })
}
